using System.Globalization;
using System.Text;

namespace Exeat.Gateway.Records;

/// <summary>What the gateway counts, for the management side. Parts register what they can tell; nothing is kept here but the verdicts.</summary>
/// <remarks>
/// Never a name or another text of an agent's choosing as a label (I9): labels are words of ours, and ids of declared agents, so that the number of series is bounded.
/// A reading is taken on the asker's thread: whatever is registered must be safe to read from any thread.
/// </remarks>
internal sealed class GatewayMetrics
{
    private readonly Lock _gate = new();
    private readonly List<Family> _families = [];

    public GatewayMetrics() => Labelled("exeat_verdicts_total", "Decisions recorded, by what was decided, whether it was applied, and why.", MetricKind.Counter, Verdicts.Read);

    /// <summary>Decisions by verdict and reason.</summary>
    public VerdictCounters Verdicts { get; } = new();

    /// <summary>Registers what goes up and down.</summary>
    public void Gauge(string name, string help, Func<long> read) => Labelled(name, help, MetricKind.Gauge, () => [("", read())]);

    /// <summary>Registers what only grows; its name ends with <c>_total</c>.</summary>
    public void Counter(string name, string help, Func<long> read) => Labelled(name, help, MetricKind.Counter, () => [("", read())]);

    /// <summary>Registers one number for each declared agent.</summary>
    public void PerAgent(string name, string help, MetricKind kind, Func<IEnumerable<(string Agent, long Value)>> read) =>
        Labelled(name, help, kind, () => read().Select(one => ($"agent=\"{Escape(one.Agent)}\"", one.Value)));

    /// <summary>Registers several numbers of one name; labels as <c>key="value"</c>, comma between them.</summary>
    public void Labelled(string name, string help, MetricKind kind, Func<IEnumerable<(string Labels, long Value)>> read)
    {
        lock (_gate)
        {
            if (_families.Any(family => family.Name == name)) throw new ArgumentException($"metric {name} is registered already", nameof(name));
            _families.Add(new Family(name, help, kind, read));
        }
    }

    /// <summary>Names of all that is registered.</summary>
    public IReadOnlyList<string> Names
    {
        get { lock (_gate) return [.. _families.Select(family => family.Name)]; }
    }

    /// <summary>All numbers of now in Prometheus' text format, version 0.0.4.</summary>
    public string Text()
    {
        Family[] families;
        lock (_gate) families = [.. _families];
        var text = new StringBuilder();
        foreach (Family family in families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(family.Kind == MetricKind.Gauge ? " gauge\n" : " counter\n");
            foreach ((string labels, long value) in family.Read())
            {
                text.Append(family.Name);
                if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
                text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed record Family(string Name, string Help, MetricKind Kind, Func<IEnumerable<(string Labels, long Value)>> Read);
}
