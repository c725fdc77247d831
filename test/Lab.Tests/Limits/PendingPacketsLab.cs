using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Limits;

/// <summary>The gateway in enforce, with room for few packets of flows that are not permitted yet: a flood that a busy machine can make is far above it.</summary>
public sealed class PendingPacketsLab() : GatewayLab(WithSilentHost, ("pendingPacketsPerSecond", PerSecond))
{
    public const int PerSecond = 300;

    // A permitted address where nobody answers, not even by a reset.
    public static string SilentAt(int family) => family == 4 ? "203.0.113.99" : "2001:db8:f::99";

    internal static PolicyText WithSilentHost { get; } = new("enforce")
    {
        ExtraGroups = "  silent: {cidrs: [203.0.113.99/32, \"2001:db8:f::99/128\"]}\n",
        ExtraRules = "- {name: allow-silent, priority: 95, to: {groups: [silent]}, protocol: tcp, ports: [443], action: permit}\n",
    };
}
