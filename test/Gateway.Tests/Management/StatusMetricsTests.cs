using System.Text.RegularExpressions;
using Exeat.Api;
using Exeat.Gateway.Management;
using Exeat.Gateway.Records;

namespace Exeat.Gateway.Tests.Management;

public sealed partial class StatusMetricsTests
{
    private static string Text(GatewayStatus status)
    {
        var metrics = new GatewayMetrics();
        StatusMetrics.Register(metrics, () => status);
        return metrics.Text();
    }

    [Fact]
    public void Every_sample_is_well_formed_and_follows_its_help_and_type()
    {
        Dictionary<string, string> types = [];
        HashSet<string> helped = [], samples = [];
        foreach (string line in Text(Statuses.Healthy).TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) Assert.True(helped.Add(line.Split(' ')[2]), line);
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) Assert.True(types.TryAdd(line.Split(' ')[2], line.Split(' ')[3]), line);
            else
            {
                Match sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                string name = sample.Groups["name"].Value;
                Assert.True(helped.Contains(name) && types.ContainsKey(name), line);
                Assert.Equal(types[name] == "counter", name.EndsWith("_total", StringComparison.Ordinal));
                Assert.True(samples.Add(name + sample.Groups["labels"].Value), $"twice: {line}");
            }
        }
        Assert.True(helped.SetEquals(types.Keys));
    }

    [Fact]
    public void What_operators_alarm_on_is_there()
    {
        string text = Text(Statuses.Healthy);
        foreach (string line in (string[])["exeat_enforcing 1", "exeat_enforcing_since_seconds 2", "exeat_alarms 0", "exeat_lock{lock=\"drop_table\"} 1", "exeat_agents{mode=\"quarantine\"} 1"])
            Assert.Contains(line + "\n", text);
        Assert.Contains("exeat_enforcing 0\n", Text(Statuses.Healthy with { Enforcing = false }));
    }

    [Fact]
    public void Nothing_that_an_agent_or_a_document_chose_is_a_label()
    {
        string text = Text(Statuses.Healthy with { Policy = new PolicyStatus("1\"}\nexeat_fake 1", "x", 1, 1) });
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        Assert.DoesNotContain("coding-1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nexeat_fake", text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?<name>exeat_[a-z_]+)(?<labels>\{[a-z]+=""[A-Za-z0-9._+-]*""(,[a-z]+=""[A-Za-z0-9._+-]*"")*\})? -?[0-9]+$")]
    private static partial Regex Sample();
}
