using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>What one rule was used for.</summary>
public sealed class RuleUse
{
    /// <summary>Different addresses that are kept.</summary>
    public const int MaxAddresses = 8;

    private readonly SortedSet<string> _addresses = new(StringComparer.Ordinal);

    internal RuleUse(Rule rule) => (Rule, Names) = (rule, [.. rule.ToNames.Select(entry => new NameUse { Entry = entry })]);

    /// <summary>The rule.</summary>
    public Rule Rule { get; }

    /// <summary>Its patterns, in written order.</summary>
    public IReadOnlyList<NameUse> Names { get; }

    /// <summary>Connections, datagrams and requests that it decided.</summary>
    public long Connections { get; private set; }

    /// <summary>DNS questions that it decided.</summary>
    public long Questions { get; private set; }

    /// <summary>Attempts that it would have decided otherwise: a rule in <c>mode: monitor</c>.</summary>
    public long Monitored { get; private set; }

    /// <summary>When the last of all these was recorded; null: never.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>The different addresses of its connections, <see cref="MaxAddresses"/> at most.</summary>
    public IReadOnlyCollection<string> Addresses => _addresses;

    internal void Add(FlowEvent read, long count, bool monitored)
    {
        if (monitored) Monitored += count;
        else if (read.Stage == "dns") Questions += count;
        else Connections += count;
        if (!(Last >= read.Time)) Last = read.Time;
        if (!monitored && read.Stage != "dns" && read.Destination is { } address && _addresses.Count < MaxAddresses) _addresses.Add(address);
    }
}
