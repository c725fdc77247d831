using Exeat.Api;

namespace Exeat.Gateway.Tests.Management;

/// <summary>Statuses to begin a test with.</summary>
internal static class Statuses
{
    public static GatewayStatus Healthy { get; } = new()
    {
        Product = "0.1.0",
        Gateway = "gw-1",
        PolicyPath = "/etc/exeat/policy.yaml",
        Pid = 7,
        Started = DateTimeOffset.UnixEpoch.AddSeconds(1),
        Time = DateTimeOffset.UnixEpoch.AddSeconds(9),
        Enforcing = true,
        Since = DateTimeOffset.UnixEpoch.AddSeconds(2),
        DeclaredMode = "enforce",
        EffectiveMode = "enforce",
        Policy = new PolicyStatus("aabbccddeeff00112233", "ffee", 3, 20),
        Agents = new AgentsStatus(4, 0, ["coding-1"]),
        Queue = new QueueStatus(4747, "nft", 1000, 2),
        Flows = 12,
        Pending = 1,
        Bindings = 34,
        Journal = new JournalStatus("/var/lib/exeat/journal", true, null, 1 << 20, 1 << 30),
        Locks = new LockStatus(true, true, true, true),
        LastDenial = new DenialStatus(DateTimeOffset.UnixEpoch, "abc", "coding-1", "evil.example\"}\nexeat_fake 1", "203.0.113.66", 443, "default-deny", "default-deny", true),
    };
}
