using Exeat.Lab.Scenario;

namespace Exeat.Lab.Tests.Labs;

/// <summary>The gateway in enforce, with rules for datagrams, and a real QUIC server (ngtcp2) in the world.</summary>
public sealed class DatagramLab() : GatewayLab(new PolicyText("enforce") { ExtraGroups = Groups, ExtraRules = Rules })
{
    private const string Groups = """
          test-hosts: {cidrs: [203.0.113.31/32, "2001:db8:f::31/128"]}

        """;

    private const string Rules = """
        - {name: allow-test-udp, priority: 93, from: [coding], to: {groups: [test-hosts]}, protocol: udp, ports: [7777], action: permit}
        - {name: allow-time, priority: 94, from: [coding], to: {names: [core]}, protocol: udp, ports: [123], proof: dns, owner: ops, why: clocks, action: permit}
        - {name: allow-echo, priority: 95, from: [coding], to: {groups: [test-hosts]}, protocol: icmp, action: permit}
        - {name: allow-retry-quic, priority: 52, to: {names: [core]}, protocol: udp, ports: [8443], action: permit}
        - {name: allow-gre, priority: 96, from: [coding], to: {groups: [test-hosts]}, protocol: 47, action: permit}

        """;

    protected override async Task FillMiddleAsync()
    {
        await base.FillMiddleAsync();
        await Spaces.ServeQuicAsync();
        await Spaces.ServeQuicAsync(8443, validates: true);
    }
}
