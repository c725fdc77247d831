using System.Data.Common;
using Exeat.Flows;
using Exeat.Names;

namespace Exeat.Store;

/// <summary>The row of a unit: one order of columns for tables, files, writing and reading. Columns are only added, at the end.</summary>
internal static class FlowColumns
{
    /// <summary>Each column and its type.</summary>
    public static IReadOnlyList<(string Name, string Type)> Columns { get; } =
    [
        ("gateway", "VARCHAR"), ("agent", "VARCHAR"), ("class", "VARCHAR"), ("began", "BIGINT"), ("seen", "BIGINT"), ("unit", "UUID"), ("rid", "BIGINT"), ("kind", "UTINYINT"),
        ("labels", "VARCHAR"), ("src", "BLOB"), ("src_port", "INTEGER"), ("dst", "BLOB"), ("port", "INTEGER"), ("protocol", "VARCHAR"), ("name", "VARCHAR"), ("names", "VARCHAR"),
        ("names_omitted", "INTEGER"), ("proof", "VARCHAR"), ("caveat", "VARCHAR"), ("stage", "VARCHAR"), ("rule", "VARCHAR"), ("reason", "VARCHAR"), ("outcome", "VARCHAR"), ("verdict", "VARCHAR"),
        ("mode", "VARCHAR"), ("enforced", "BOOLEAN"), ("would", "VARCHAR"), ("would_rule", "VARCHAR"), ("monitored", "VARCHAR"), ("monitored_rule", "VARCHAR"), ("denial", "VARCHAR"),
        ("policy", "VARCHAR"), ("agents_hash", "VARCHAR"), ("generation", "BIGINT"), ("bytes_out", "BIGINT"), ("bytes_in", "BIGINT"), ("packets_out", "BIGINT"), ("packets_in", "BIGINT"),
        ("duration", "BIGINT"), ("ending", "VARCHAR"), ("attempts", "BIGINT"), ("note", "VARCHAR"), ("event", "VARCHAR"), ("decided", "BIGINT"), ("origin", "VARCHAR"), ("epoch", "BIGINT"),
        ("sequence", "BIGINT"), ("rank", "UTINYINT"), ("flow", "VARCHAR"), ("counts_event", "VARCHAR"), ("counts_time", "BIGINT"), ("counts_epoch", "BIGINT"), ("counts_sequence", "BIGINT"),
    ];

    /// <summary>The columns, as files have them.</summary>
    public static IReadOnlyList<ColumnShape> Shapes { get; } = [.. Columns.Select(column => ColumnShape.Of(column.Name, column.Type))];

    /// <summary>Names, as they are selected.</summary>
    public static string Names { get; } = string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>Says how many characters its texts have.</summary>
    public static int Write(RowGroup row, FlowUnit unit, RowTexts texts)
    {
        FlowEvent decision = unit.Decision;
        FlowCounts counts = unit.Counts ?? FlowCounts.Of(decision);
        bool hasCounts = unit.Counts is not null;
        return row.Text(unit.Gateway).Text(decision.Agent).Text(decision.Class).Number(unit.Began).Number(unit.Seen).Bytes16(unit.Id).Number(unit.Row).Small((byte)unit.Kind)
            .Text(texts.Labels(decision.Labels)).Blob(texts.Address(decision.Source)).Small(decision.SourcePort).Blob(texts.Address(decision.Destination)).Small(decision.Port).Text(decision.Protocol)
            .Text(unit.Name).Text(texts.Names(unit.Names)).Small(decision.NamesOmitted).Text(decision.Proof).Text(decision.Caveat).Text(decision.Stage).Text(decision.Rule).Text(decision.Reason)
            .Text(unit.Outcome).Text(decision.Verdict).Text(decision.Mode).Truth(decision.Enforced).Text(decision.Would?.Verdict).Text(decision.Would?.Rule).Text(decision.Monitored?.Verdict)
            .Text(decision.Monitored?.Rule).Text(decision.Denial).Text(decision.Policy).Text(decision.AgentsHash).Number(decision.Generation).Number(counts.BytesOut).Number(counts.BytesIn)
            .Number(counts.PacketsOut).Number(counts.PacketsIn).Number(counts.DurationMs).Text(counts.End).Number(unit.Attempts).Text(decision.Note).Text(decision.Event)
            .Number(Microseconds.Of(decision.Time)).Text(unit.DecisionKey.Origin).Number(unit.DecisionKey.Epoch).Number(unit.DecisionKey.Sequence).Small(unit.Rank).Text(FlowText(unit))
            .Text(unit.Counts?.Event).Number(hasCounts ? Microseconds.Of(counts.Time) : null).Number(hasCounts ? unit.CountsKey.Epoch : null).Number(hasCounts ? unit.CountsKey.Sequence : null).EndRow();
    }

    public static FlowUnit Read(DbDataReader row)
    {
        var at = new ColumnCursor(row);
        string gateway = at.Text() ?? "", agent = at.Text()!, agentClass = at.Text()!;
        long began = at.Number(), seen = at.Number();
        Guid id = at.Id();
        long rid = at.Number();
        var kind = (FlowUnitKind)at.Number();
        FlowEvent decision = new()
        {
            Raw = default,
            Id = "",
            Event = "",
            Time = default,
            Agent = agent,
            Class = agentClass,
            Labels = NamesText.ReadLabels(at.Text()),
            Source = at.Address(),
            SourcePort = (int)at.Number(),
            Destination = at.Address(),
            Port = (int)at.Number(),
            Protocol = at.Text(),
        };
        _ = at.Text();
        IReadOnlyList<FlowName> names = NamesText.Read(at.Text());
        decision = decision with { Names = names, NamesOmitted = (int)at.Number(), Proof = at.Text(), Caveat = at.Text(), Stage = at.Text(), Rule = at.Text(), Reason = at.Text() };
        _ = at.Text();
        decision = decision with
        {
            Verdict = at.Text(),
            Mode = at.Text(),
            Enforced = at.Truth(),
            Would = at.Outcome(),
            Monitored = at.Outcome(),
            Denial = at.Text(),
            Policy = at.Text(),
            AgentsHash = at.Text(),
            Generation = at.Number(),
            BytesOut = at.Number(),
            BytesIn = at.Number(),
            PacketsOut = at.Number(),
            PacketsIn = at.Number(),
            DurationMs = at.Number(),
            End = at.Text(),
            Count = at.Number(),
            Note = at.Text(),
            Event = at.Text() ?? "",
            Time = Microseconds.Time(at.Number()),
        };
        var key = new EventKey(at.Text() ?? "", at.Number(), at.Number());
        int rank = (int)at.Number();
        decision = decision with { Id = key.ToString(), Gateway = key.Origin, Flow = at.Text() ?? (kind == FlowUnitKind.Flow ? id.ToString() : null) };
        FlowCounts? counts = at.Text() is { } word ? FlowCounts.Of(decision) with { Event = word, Time = Microseconds.Time(at.Number()) } : null;
        EventKey countsKey = default;
        if (counts is not null) countsKey = new EventKey(key.Origin, at.Number(), at.Number());
        return new FlowUnit
        {
            Gateway = gateway,
            Id = id,
            Kind = kind,
            Decision = decision,
            DecisionKey = key,
            Rank = rank,
            Counts = counts,
            CountsKey = countsKey,
            Began = began,
            Seen = seen,
            Names = names,
            Row = rid,
        };
    }

    // Only where the unit's id does not say it.
    private static string? FlowText(FlowUnit unit)
    {
        Span<char> id = stackalloc char[36];
        return unit.Kind == FlowUnitKind.Flow && unit.Id.TryFormat(id, out int length) && id[..length].SequenceEqual(unit.Decision.Flow) ? null : unit.Decision.Flow;
    }
}
