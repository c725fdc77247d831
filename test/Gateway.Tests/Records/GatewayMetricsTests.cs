using Exeat.Gateway.Records;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Records;

public sealed class GatewayMetricsTests
{
    [Fact]
    public void The_text_has_help_type_labels_and_numbers_of_now()
    {
        var metrics = new GatewayMetrics();
        long flows = 1;
        metrics.Gauge("exeat_flows", "Flows that live.", () => flows);
        metrics.PerAgent("exeat_share", "Left.", MetricKind.Counter, () => [("a\"b\\", 7)]);
        metrics.Verdicts.Add(Verdict.Permit, true, Reason.PermittedByRule, 3);
        flows = 2;
        Assert.Equal("""
            # HELP exeat_verdicts_total Decisions recorded, by what was decided, whether it was applied, and why.
            # TYPE exeat_verdicts_total counter
            exeat_verdicts_total{verdict="permit",enforced="true",reason="permitted-by-rule"} 3
            # HELP exeat_flows Flows that live.
            # TYPE exeat_flows gauge
            exeat_flows 2
            # HELP exeat_share Left.
            # TYPE exeat_share counter
            exeat_share{agent="a\"b\\"} 7

            """.Replace("a\"b\\\"", "a\\\"b\\\\\"", StringComparison.Ordinal), metrics.Text());
    }

    [Fact]
    public void A_name_is_registered_once()
    {
        var metrics = new GatewayMetrics();
        metrics.Gauge("exeat_flows", "Flows.", () => 0);
        Assert.Throws<ArgumentException>(() => metrics.Counter("exeat_flows", "Flows.", () => 0));
    }
}
