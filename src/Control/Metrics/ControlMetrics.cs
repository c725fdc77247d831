using System.Globalization;
using System.Text;

namespace Exeat.Control.Metrics;

/// <summary>Numbers of control in the text format of Prometheus (0.0.4). Each is asked when somebody looks. Labels are words of ours and names that administrators gave, never what agents sent.</summary>
internal sealed class ControlMetrics
{
    private readonly List<Metric> _all = [];

    /// <summary>Every name that is exposed.</summary>
    public IEnumerable<string> Names => _all.Select(metric => metric.Name);

    /// <summary>A number that goes up and down.</summary>
    public void Gauge(string name, string help, Func<double> value) => _all.Add(new Metric(name, help, "gauge", null, () => [("", value())]));

    /// <summary>A number that only grows.</summary>
    public void Counter(string name, string help, Func<double> value) => _all.Add(new Metric(name, help, "counter", null, () => [("", value())]));

    /// <summary>One number for each value of a label.</summary>
    public void Labelled(string name, string help, string type, string label, Func<IEnumerable<(string Value, double Number)>> values) => _all.Add(new Metric(name, help, type, label, values));

    public string Text()
    {
        var text = new StringBuilder();
        foreach (Metric metric in _all)
        {
            text.Append("# HELP ").Append(metric.Name).Append(' ').Append(metric.Help).Append('\n').Append("# TYPE ").Append(metric.Name).Append(' ').Append(metric.Type).Append('\n');
            foreach ((string value, double number) in metric.Values())
            {
                text.Append(metric.Name);
                if (metric.Label is not null) text.Append('{').Append(metric.Label).Append("=\"").Append(Escape(value)).Append("\"}");
                text.Append(' ').Append(number.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
            }
        }
        return text.ToString();
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed record Metric(string Name, string Help, string Type, string? Label, Func<IEnumerable<(string, double)>> Values);
}
