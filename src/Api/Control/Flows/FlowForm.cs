using Exeat.Flows;

namespace Exeat.Api.Control;

/// <summary>One flow, folded. Names are agents' own text and are to be escaped wherever they are shown.</summary>
public sealed record FlowForm
{
    /// <summary>The flow's UUID; null for notes of a journal about itself.</summary>
    public string? Flow { get; init; }

    /// <summary>The event that decided.</summary>
    public required string Event { get; init; }

    /// <summary>What kind of event that is.</summary>
    public required string Kind { get; init; }

    /// <summary>When it was decided.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When it was first seen.</summary>
    public required DateTimeOffset First { get; init; }

    /// <summary>When it was last heard of.</summary>
    public required DateTimeOffset Last { get; init; }

    /// <summary>The gateway that delivered it.</summary>
    public required string Gateway { get; init; }

    /// <summary>The agent.</summary>
    public string? Agent { get; init; }

    /// <summary>Its class.</summary>
    public string? Class { get; init; }

    /// <summary>Its labels, each as <c>key=value</c>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Source address.</summary>
    public string? Src { get; init; }

    /// <summary>Source port.</summary>
    public int SrcPort { get; init; }

    /// <summary>Destination address.</summary>
    public string? Dst { get; init; }

    /// <summary>Destination port.</summary>
    public int Port { get; init; }

    /// <summary>Protocol.</summary>
    public string? Protocol { get; init; }

    /// <summary>The name to show.</summary>
    public string? Name { get; init; }

    /// <summary>All names, and where each was seen.</summary>
    public IReadOnlyList<FlowName> Names { get; init; } = [];

    /// <summary>How many more names there were.</summary>
    public int NamesOmitted { get; init; }

    /// <summary>How far the name is proven.</summary>
    public string? Proof { get; init; }

    /// <summary>What the proof does not cover.</summary>
    public string? Caveat { get; init; }

    /// <summary>When policy was asked.</summary>
    public string? Stage { get; init; }

    /// <summary><c>permit</c>, <c>deny</c>, <c>would-deny</c>, <c>pending</c> or <c>note</c>.</summary>
    public required string Decision { get; init; }

    /// <summary>The rule.</summary>
    public string? Rule { get; init; }

    /// <summary>The reason.</summary>
    public string? Reason { get; init; }

    /// <summary>The policy's verdict.</summary>
    public string? Verdict { get; init; }

    /// <summary>The mode.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether the verdict was applied.</summary>
    public bool? Enforced { get; init; }

    /// <summary>What enforce, or a rule in monitor mode, would have done.</summary>
    public FlowOutcome? Would { get; init; }

    /// <summary>A monitor rule's would-be verdict beside it.</summary>
    public FlowOutcome? Monitored { get; init; }

    /// <summary>The denial id.</summary>
    public string? Denial { get; init; }

    /// <summary>Version of the policy.</summary>
    public string? Policy { get; init; }

    /// <summary>Hash of the agents document.</summary>
    public string? AgentsHash { get; init; }

    /// <summary>Generation of the policy.</summary>
    public long Generation { get; init; }

    /// <summary>Bytes from the agent.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes to the agent.</summary>
    public long BytesIn { get; init; }

    /// <summary>Packets from the agent.</summary>
    public long PacketsOut { get; init; }

    /// <summary>Packets to the agent.</summary>
    public long PacketsIn { get; init; }

    /// <summary>Life so far.</summary>
    public long DurationMs { get; init; }

    /// <summary>How it ended; null: it lives, or never began.</summary>
    public string? End { get; init; }

    /// <summary>How many attempts it stands for.</summary>
    public required long Attempts { get; init; }

    /// <summary>Detail of a note.</summary>
    public string? Note { get; init; }

    /// <summary>The flow in this form.</summary>
    public static FlowForm Of(string gateway, FlowSummary flow, DateTimeOffset last)
    {
        FlowEvent read = flow.Decision, counts = flow.Counts ?? flow.Decision;
        return new FlowForm
        {
            Flow = flow.Flow,
            Event = read.Id,
            Kind = read.Event,
            Time = read.Time,
            First = flow.First,
            Last = last,
            Gateway = gateway,
            Agent = read.Agent,
            Class = read.Class,
            Labels = read.Labels.Count == 0 ? null : [.. read.Labels.Select(label => $"{label.Key}={label.Value}")],
            Src = read.Source,
            SrcPort = read.SourcePort,
            Dst = read.Destination,
            Port = read.Port,
            Protocol = read.Protocol,
            Name = flow.Name,
            Names = flow.Names,
            NamesOmitted = read.NamesOmitted,
            Proof = read.Proof,
            Caveat = read.Caveat,
            Stage = read.Stage,
            Decision = flow.Outcome.Replace(' ', '-'),
            Rule = read.Rule,
            Reason = read.Reason,
            Verdict = read.Verdict,
            Mode = read.Mode,
            Enforced = read.Enforced,
            Would = read.Would,
            Monitored = read.Monitored,
            Denial = flow.Denial,
            Policy = read.Policy,
            AgentsHash = read.AgentsHash,
            Generation = read.Generation,
            BytesOut = counts.BytesOut,
            BytesIn = counts.BytesIn,
            PacketsOut = counts.PacketsOut,
            PacketsIn = counts.PacketsIn,
            DurationMs = counts.DurationMs,
            End = counts.End,
            Attempts = flow.Attempts,
            Note = read.Note,
        };
    }

    /// <summary>As a table shows it.</summary>
    public FlowSummary ToSummary()
    {
        var decision = new FlowEvent
        {
            Raw = default,
            Id = Event,
            Flow = Flow,
            Event = Kind,
            Time = Time,
            Gateway = Gateway,
            Agent = Agent,
            Class = Class,
            Labels = [.. (Labels ?? []).Select(text => text.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair.Length > 1 ? pair[1] : ""))],
            Source = Src,
            SourcePort = SrcPort,
            Destination = Dst,
            Port = Port,
            Protocol = Protocol,
            Names = Names,
            NamesOmitted = NamesOmitted,
            Proof = Proof,
            Caveat = Caveat,
            Stage = Stage,
            Rule = Rule,
            Reason = Reason,
            Verdict = Verdict,
            Mode = Mode,
            Enforced = Enforced,
            Would = Would,
            Monitored = Monitored,
            Denial = Denial,
            Policy = Policy,
            AgentsHash = AgentsHash,
            Generation = Generation,
            Note = Note,
            Count = Kind == "counted" ? Attempts : 1,
        };
        bool counted = End is not null || BytesOut > 0 || BytesIn > 0 || PacketsOut > 0 || PacketsIn > 0 || DurationMs > 0;
        FlowEvent? counts = !counted ? null : decision with { Event = End is null ? "update" : "end", Time = Last, Verdict = null, BytesOut = BytesOut, BytesIn = BytesIn, PacketsOut = PacketsOut, PacketsIn = PacketsIn, DurationMs = DurationMs, End = End, Count = 1 };
        long more = Kind == "counted" ? 0 : Attempts - 1;
        FlowEvent? repeats = more <= 0 ? null : decision with { Event = "counted", Verdict = null, Count = more };
        return new FlowSummary { Decision = decision, First = First, Counts = counts, Names = Names, Events = [.. new[] { decision, counts, repeats }.OfType<FlowEvent>()] };
    }
}
