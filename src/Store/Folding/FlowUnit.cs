using Exeat.Flows;

namespace Exeat.Store;

/// <summary>What is counted as one: the decisions, updates and end of a flow, folded; or one <c>counted</c> line, which stands for as many attempts as it says; or one note.</summary>
/// <remarks>The fold takes events in any order: each part knows the place (epoch, sequence) of the event it came from.</remarks>
internal sealed class FlowUnit
{
    // As many as one line may hold, twice: claims and bindings of a flow do not change much.
    private const int MaxNames = 64;

    // So few are compared with each other without a set.
    private const int FewNames = 16;

    public required string Gateway { get; init; }

    /// <summary>The flow's id; of a counted line or note one made from the event's, see <see cref="UnitId"/>.</summary>
    public required Guid Id { get; init; }

    public required FlowUnitKind Kind { get; init; }

    /// <summary>The event that decided, so far.</summary>
    public required FlowEvent Decision { get; set; }

    public required EventKey DecisionKey { get; set; }

    public required int Rank { get; set; }

    /// <summary>Of the last event with counts.</summary>
    public FlowCounts? Counts { get; set; }

    public EventKey CountsKey { get; set; }

    public required long Began { get; set; }

    public required long Seen { get; set; }

    public required IReadOnlyList<FlowName> Names { get; set; }

    /// <summary>The row in which queries find it; 0: none yet.</summary>
    public long Row { get; set; }

    /// <summary>Whether it is another than that row says.</summary>
    public bool IsChanged { get; set; }

    /// <summary>That row has more text than usual ones.</summary>
    public bool IsLarge { get; set; }

    /// <summary>When it was last changed, by the count of arrivals.</summary>
    public long Touched { get; set; }

    /// <summary>What the roll-ups have of it.</summary>
    public RollUpShare? Shared { get; set; }

    public long Attempts => Kind == FlowUnitKind.Flow ? 1 : Decision.Count;

    public long BytesOut => Counts?.BytesOut ?? Decision.BytesOut;

    public long BytesIn => Counts?.BytesIn ?? Decision.BytesIn;

    /// <summary>Its last event said that it is over: another one would be an error, or very late.</summary>
    public bool IsOver => Counts is { Event: "end" };

    /// <summary>As a table says it: <c>permit</c>, <c>deny</c>, <c>would-deny</c>, <c>pending</c>, <c>note</c>.</summary>
    public string Outcome => Decision.WouldDeny ? "would-deny" : Decision.Verdict ?? "note";

    /// <summary>The name to show, as <see cref="FlowSummary.Name"/> chooses it.</summary>
    public string? Name => Named("sni") ?? Named("host") ?? Named("question") ?? Named("binding") ?? (Names.Count > 0 ? Names[0].Name : null);

    public static FlowUnit Of(string gateway, in ReadEvent read)
    {
        FlowUnitKind kind = read.Event.Flow is null ? FlowUnitKind.Note : read.Event.Event == "counted" ? FlowUnitKind.Counted : FlowUnitKind.Flow;
        var made = new FlowUnit
        {
            Gateway = gateway,
            Id = kind == FlowUnitKind.Flow ? read.Flow : UnitId.OfEvent(gateway, read.Key),
            Kind = kind,
            Decision = read.Event,
            DecisionKey = read.Key,
            Rank = RankOf(read.Event),
            Began = read.Time,
            Seen = read.Time,
            Names = read.Event.Names,
            IsChanged = true,
        };
        if (made.Kind == FlowUnitKind.Flow) made.TakeCounts(read);
        return made;
    }

    public void Add(in ReadEvent read)
    {
        (Began, Seen) = (Math.Min(Began, read.Time), Math.Max(Seen, read.Time));
        int rank = RankOf(read.Event);
        if ((rank, read.Key.Epoch, read.Key.Sequence).CompareTo((Rank, DecisionKey.Epoch, DecisionKey.Sequence)) > 0)
            (Decision, DecisionKey, Rank) = (read.Event, read.Key, rank);
        TakeCounts(read);
        // As the readers of journals fold them: each once, when there are several events.
        if (read.Event.Names.Count > 0 || Names.Count > 1) Names = Joined(Names, read.Event.Names);
        IsChanged = true;
    }

    /// <summary>As the readers of journals have it.</summary>
    public StoredFlow Stored()
    {
        FlowEvent? counts = Counts is not { } last ? null : Decision with
        {
            Id = CountsKey.ToString(),
            Event = last.Event,
            Time = last.Time,
            BytesOut = last.BytesOut,
            BytesIn = last.BytesIn,
            PacketsOut = last.PacketsOut,
            PacketsIn = last.PacketsIn,
            DurationMs = last.DurationMs,
            End = last.End,
        };
        return new StoredFlow
        {
            Gateway = Gateway,
            Last = Microseconds.Time(Seen),
            Summary = new FlowSummary
            {
                Decision = Decision,
                First = Microseconds.Time(Began),
                Counts = counts,
                Names = Names,
                Events = counts is null || counts.Id == Decision.Id ? [Decision] : [Decision, counts],
            },
        };
    }

    // Of the events of a flow the last decision that is not pending decides; else the last with any verdict; else the last.
    private static int RankOf(FlowEvent read) => read.Event == "decision" && read.Verdict != "pending" ? 3 : read.Verdict is not null ? 2 : 1;

    private void TakeCounts(in ReadEvent read)
    {
        if (read.Event.Event is not ("update" or "end")) return;
        if (Counts is not null && (read.Key.Epoch, read.Key.Sequence).CompareTo((CountsKey.Epoch, CountsKey.Sequence)) <= 0) return;
        (Counts, CountsKey) = (FlowCounts.Of(read.Event), read.Key);
    }

    // The same list when it says all already, which later events of a flow mostly mean.
    private static IReadOnlyList<FlowName> Joined(IReadOnlyList<FlowName> names, IReadOnlyList<FlowName> more)
    {
        if (names.Count + more.Count > FewNames) return [.. PossibleTexts.Names(names.Concat(more).Distinct().Take(MaxNames))];
        List<FlowName> joined = new(names.Count + more.Count);
        foreach (FlowName name in names)
            if (!joined.Contains(name)) joined.Add(name);
        bool isSame = joined.Count == names.Count;
        foreach (FlowName name in more)
        {
            if (joined.Contains(name)) continue;
            joined.Add(name);
            isSame = false;
        }
        return isSame ? names : [.. PossibleTexts.Names(joined)];
    }

    private string? Named(string source)
    {
        foreach (FlowName name in Names)
            if (name.Source == source) return name.Name;
        return null;
    }
}
