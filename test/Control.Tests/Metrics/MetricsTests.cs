using System.Text.RegularExpressions;
using Exeat.Control.Metrics;

namespace Exeat.Control.Tests.Metrics;

/// <summary>What is exposed has the form, and the dashboard asks for nothing else.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public void The_dashboard_asks_only_for_numbers_that_a_program_exposes()
    {
        string root = Root();
        HashSet<string> exposed = [.. new[] { "src/Gateway", "src/Control/Metrics" }.SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .SelectMany(file => Quoted().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];
        string[] asked = [.. Name().Matches(string.Join('\n', Expression().Matches(File.ReadAllText(Path.Combine(root, "deploy", "grafana", "exeat.json"))).Select(match => match.Groups[1].Value))).Select(match => match.Value).Distinct()];
        Assert.True(asked.Length > 30, $"only {asked.Length} names were found: the form of the file changed");
        Assert.Empty(asked.Except(exposed));
        // And everything that control exposes has a panel.
        Assert.Empty(exposed.Where(name => name.StartsWith("exeat_control_", StringComparison.Ordinal)).Except(asked));
    }

    [Fact]
    public void The_text_is_what_prometheus_reads_whatever_a_label_holds()
    {
        var metrics = new ControlMetrics();
        metrics.Gauge("exeat_a", "One thing.", () => 1.5);
        metrics.Labelled("exeat_b_total", "Another.", "counter", "target", () => [("plain", 3), ("a\"b\\c\nd", 1e18)]);
        Assert.Equal("# HELP exeat_a One thing.\n# TYPE exeat_a gauge\nexeat_a 1.5\n# HELP exeat_b_total Another.\n# TYPE exeat_b_total counter\nexeat_b_total{target=\"plain\"} 3\nexeat_b_total{target=\"a\\\"b\\\\c\\nd\"} 1E+18\n", metrics.Text());
    }

    private static string Root()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Exeat.slnx"))) at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("no Exeat.slnx above the test program");
    }

    [GeneratedRegex("\"(exeat_[a-z_]+)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("\"expr\": \"([^\"]+)\"")]
    private static partial Regex Expression();

    [GeneratedRegex("exeat_[a-z_]+")]
    private static partial Regex Name();
}
