using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>Writes one event as one line of JSON, in the order of docs/flow-record.md.</summary>
internal static class EventLine
{
    /// <summary>Major version of the line. Readers refuse a newer one.</summary>
    public const int Version = 1;

    /// <summary>Names written per line; more are counted in <c>namesOmitted</c>.</summary>
    public const int MaxNames = 32;

    /// <summary>Longer than any name (RFC 1035, 2.3.4): raw claimed bytes are cut here.</summary>
    public const int MaxClaimedBytes = 255;

    public static void Write(LineBuffer line, in FlowDraft draft, in EventIdentity identity, DateTimeOffset now)
    {
        Open(line, identity);
        Key(line, "flow"u8);
        Identifier(line, draft.Flow);
        Member(line, "event"u8, draft.Kind.Text());
        Time(line, draft.Time == default ? now : draft.Time);
        Member(line, "gateway"u8, identity.Gateway);
        Who(line, draft);
        Where(line, draft);
        Names(line, draft);
        if (draft.RuleName is not null) Decided(line, draft);
        if (!draft.Denial.IsEmpty)
        {
            Key(line, "denial"u8);
            line.Bytes(draft.Denial);
        }
        Member(line, "policy"u8, draft.PolicyVersion);
        Member(line, "agentsHash"u8, draft.AgentsHash);
        Member(line, "generation"u8, draft.Generation);
        Totals(line, draft);
        Close(line);
    }

    /// <summary>A line of the journal about itself: <c>counted</c>, with a reason of its own and a count, and no flow.</summary>
    public static void WriteNote(LineBuffer line, in JournalNote note, in EventIdentity identity, DateTimeOffset now)
    {
        Open(line, identity);
        Member(line, "event"u8, FlowEventKind.Counted.Text());
        Time(line, now);
        Member(line, "gateway"u8, identity.Gateway);
        Member(line, "agent"u8, note.Agent);
        Member(line, "reason"u8, note.Reason);
        Key(line, "count"u8);
        line.Number(note.Count);
        Member(line, "note"u8, note.Text);
        Close(line);
    }

    private static void Open(LineBuffer line, in EventIdentity identity)
    {
        line.Raw("{\"v\":"u8);
        line.Number(Version);
        line.Raw(",\"id\":"u8);
        line.Text(identity.Prefix);
        line.Truncate(line.Length - 1); // the closing quote: the number belongs inside
        line.Number(identity.Sequence);
        line.Raw((byte)'"');
    }

    private static void Close(LineBuffer line) => line.Raw("}\n"u8);

    private static void Time(LineBuffer line, DateTimeOffset time)
    {
        Key(line, "time"u8);
        line.Raw((byte)'"');
        // Round-trip form has seven digits; microseconds are six.
        time.UtcDateTime.TryFormat(line.Room(28), out _, "O");
        line.Advance(26);
        line.Raw("Z\""u8);
    }

    private static void Who(LineBuffer line, in FlowDraft draft)
    {
        Member(line, "agent"u8, draft.AgentId);
        Member(line, "class"u8, draft.AgentClass);
        if (draft.Labels is not { Json.IsEmpty: false } labels) return;
        Key(line, "labels"u8);
        line.Raw(labels.Json);
    }

    private static void Where(LineBuffer line, in FlowDraft draft)
    {
        Member(line, "src"u8, draft.Source);
        Member(line, "srcPort"u8, draft.SourcePort);
        Member(line, "dst"u8, draft.Destination);
        if (FlowWords.ProtocolText(draft.Protocol) is { } protocol) Member(line, "protocol"u8, protocol);
        else Member(line, "protocol"u8, draft.Protocol);
        Member(line, "port"u8, draft.Port);
    }

    private static void Names(LineBuffer line, in FlowDraft draft)
    {
        int total = (draft.ClaimedName.IsEmpty ? 0 : 1) + draft.Bound.Length + draft.Cnames.Length;
        if (total == 0) return;
        Key(line, "names"u8);
        line.Raw((byte)'[');
        int written = 0;
        if (!draft.ClaimedName.IsEmpty)
            Name(line, draft.ClaimedName[..Math.Min(draft.ClaimedName.Length, MaxClaimedBytes)], draft.ClaimSource, ref written);
        foreach (DomainName name in draft.Bound) Name(line, name.Bytes, NameSource.Binding, ref written);
        foreach (DomainName name in draft.Cnames) Name(line, name.Bytes, NameSource.Cname, ref written);
        line.Raw((byte)']');
        Member(line, "namesOmitted"u8, total - written);
    }

    private static void Name(LineBuffer line, ReadOnlySpan<byte> name, NameSource source, ref int written)
    {
        if (written == MaxNames) return;
        line.Raw(written++ == 0 ? "{\"name\":"u8 : ",{\"name\":"u8);
        line.Bytes(name);
        Member(line, "source"u8, source.Text());
        line.Raw((byte)'}');
    }

    private static void Decided(LineBuffer line, in FlowDraft draft)
    {
        Member(line, "proof"u8, draft.Proof.Text());
        if (draft.IsNameOnSharedAddress) Member(line, "caveat"u8, FlowWords.SharedAddress);
        Member(line, "stage"u8, draft.Stage.Text());
        Member(line, "rule"u8, draft.RuleName);
        Member(line, "reason"u8, draft.Reason.Text());
        Member(line, "verdict"u8, draft.Verdict.Text());
        Member(line, "mode"u8, draft.Mode.Text());
        line.Raw(draft.Enforced ? ",\"enforced\":true"u8 : ",\"enforced\":false"u8);
        bool monitorRule = draft.WouldVerdict is not null && draft.WouldRule is not null;
        // Not applied: what enforce would have done is the decision itself; a monitor rule's word then stands beside it.
        if (!draft.Enforced)
        {
            Outcome(line, "would"u8, draft.Verdict, draft.RuleName!);
            if (monitorRule && draft.WouldRule != draft.RuleName) Outcome(line, "monitored"u8, draft.WouldVerdict!.Value, draft.WouldRule!);
        }
        else if (monitorRule) Outcome(line, "would"u8, draft.WouldVerdict!.Value, draft.WouldRule!);
    }

    private static void Outcome(LineBuffer line, ReadOnlySpan<byte> key, Verdict verdict, string rule)
    {
        Key(line, key);
        line.Raw("{\"verdict\":"u8);
        line.Text(verdict.Text());
        Member(line, "rule"u8, rule);
        line.Raw((byte)'}');
    }

    private static void Totals(LineBuffer line, in FlowDraft draft)
    {
        bool always = draft.Kind is FlowEventKind.Update or FlowEventKind.End;
        Member(line, "bytesOut"u8, draft.BytesOut, always);
        Member(line, "bytesIn"u8, draft.BytesIn, always);
        Member(line, "packetsOut"u8, draft.PacketsOut, always);
        Member(line, "packetsIn"u8, draft.PacketsIn, always);
        Member(line, "durationMs"u8, draft.DurationMs, always);
        Member(line, "end"u8, draft.End);
        if (draft.Count > 1 || draft.Kind == FlowEventKind.Counted) Member(line, "count"u8, Math.Max(1, draft.Count));
    }

    private static void Key(LineBuffer line, ReadOnlySpan<byte> key)
    {
        line.Raw(",\""u8);
        line.Raw(key);
        line.Raw("\":"u8);
    }

    private static void Member(LineBuffer line, ReadOnlySpan<byte> key, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        Key(line, key);
        line.Text(value);
    }

    private static void Member(LineBuffer line, ReadOnlySpan<byte> key, long value, bool always = false)
    {
        if (value == 0 && !always) return;
        Key(line, key);
        line.Number(value);
    }

    private static void Member(LineBuffer line, ReadOnlySpan<byte> key, Address address)
    {
        if (!address.IsKnown) return;
        Key(line, key);
        line.Raw((byte)'"');
        line.Advance(AddressText.Write(address, line.Room(AddressText.MaxBytes)));
        line.Raw((byte)'"');
    }

    private static void Identifier(LineBuffer line, Guid id)
    {
        line.Raw((byte)'"');
        id.TryFormat(line.Room(36), out int written);
        line.Advance(written);
        line.Raw((byte)'"');
    }
}
