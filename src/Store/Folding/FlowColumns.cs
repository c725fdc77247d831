using System.Data.Common;
using DuckDB.NET.Data;
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

    /// <summary>Names and types, as a table is made.</summary>
    public static string Declaration { get; } = string.Join(", ", Columns.Select(column => $"{column.Name} {column.Type}"));

    /// <summary>Names, as they are selected.</summary>
    public static string Names { get; } = string.Join(", ", Columns.Select(column => column.Name));

    public static void Write(IDuckDBAppenderRow row, FlowUnit unit, RowTexts texts)
    {
        FlowEvent decision = unit.Decision, counts = unit.Counts ?? decision;
        row.AppendValue(unit.Gateway).AppendValue(decision.Agent).AppendValue(decision.Class).AppendValue((long?)unit.Began).AppendValue((long?)unit.Seen).AppendValue((Guid?)unit.Id)
            .AppendValue((long?)unit.Row).AppendValue((byte?)(byte)unit.Kind).AppendValue(texts.Labels(decision.Labels)).AppendValue(texts.Address(decision.Source))
            .AppendValue((int?)decision.SourcePort).AppendValue(texts.Address(decision.Destination)).AppendValue((int?)decision.Port).AppendValue(decision.Protocol)
            .AppendValue(unit.Name).AppendValue(texts.Names(unit.Names)).AppendValue((int?)decision.NamesOmitted).AppendValue(decision.Proof).AppendValue(decision.Caveat)
            .AppendValue(decision.Stage).AppendValue(decision.Rule).AppendValue(decision.Reason).AppendValue(unit.Outcome).AppendValue(decision.Verdict).AppendValue(decision.Mode)
            .AppendValue(decision.Enforced).AppendValue(decision.Would?.Verdict).AppendValue(decision.Would?.Rule).AppendValue(decision.Monitored?.Verdict)
            .AppendValue(decision.Monitored?.Rule).AppendValue(decision.Denial).AppendValue(decision.Policy).AppendValue(decision.AgentsHash).AppendValue((long?)decision.Generation)
            .AppendValue((long?)counts.BytesOut).AppendValue((long?)counts.BytesIn).AppendValue((long?)counts.PacketsOut).AppendValue((long?)counts.PacketsIn)
            .AppendValue((long?)counts.DurationMs).AppendValue(counts.End).AppendValue((long?)unit.Attempts).AppendValue(decision.Note).AppendValue(decision.Event)
            .AppendValue((long?)Microseconds.Of(decision.Time)).AppendValue(unit.DecisionKey.Origin).AppendValue((long?)unit.DecisionKey.Epoch).AppendValue((long?)unit.DecisionKey.Sequence)
            .AppendValue((byte?)unit.Rank).AppendValue(FlowText(unit)).AppendValue(unit.Counts?.Event).AppendValue(unit.Counts is { } last ? Microseconds.Of(last.Time) : (long?)null)
            .AppendValue(unit.Counts is null ? (long?)null : unit.CountsKey.Epoch).AppendValue(unit.Counts is null ? (long?)null : unit.CountsKey.Sequence).EndRow();
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
        FlowEvent? counts = at.Text() is { } word ? decision with { Event = word, Time = Microseconds.Time(at.Number()) } : null;
        EventKey countsKey = default;
        if (counts is not null)
        {
            countsKey = new EventKey(key.Origin, at.Number(), at.Number());
            counts = counts with { Id = countsKey.ToString() };
        }
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
