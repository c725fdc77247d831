using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>Sideways and by other protocols and ports (I7; K3, K9, K13, Q3).</summary>
public sealed class SidewaysTests(EnforcedLab lab, OpenLab open) : IClassFixture<EnforcedLab>, IClassFixture<OpenLab>
{
    [Theory, InlineData(4), InlineData(6)]
    public async Task The_database_is_not_reached(int family) =>
        await Contained.AssertAsync(lab, open, "tcp-send", "@database", family, port: 5432, rule: "deny-eastwest");

    [Theory, InlineData(4), InlineData(6)]
    public async Task Another_agent_is_not_reached(int family) =>
        await Contained.AssertAsync(lab, open, "tcp-send", "@peer", family, port: 7000);

    [Theory, InlineData(4), InlineData(6)]
    public async Task Another_port_is_not_reached(int family) =>
        await Contained.AssertAsync(lab, open, "tcp-send", "@attacker", family, port: 22, rule: "default-deny");

    [Theory, InlineData(4), InlineData(6)]
    public async Task An_echo_request_with_a_payload_does_not_arrive(int family) =>
        await Contained.AssertAsync(lab, open, "icmp-echo", "@attacker", family, port: 0);

    [Theory, InlineData(4), InlineData(6)]
    public async Task An_ICMP_error_with_a_payload_about_a_permitted_flow_does_not_arrive(int family) =>
        await Contained.AssertAsync(lab, open, "icmp-error", "openclaw.ai", family);
}
