using Exeat.Api;
using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>The two locks as the kernel of this network namespace shows them, looked at without a gateway. Null: could not look.</summary>
internal sealed record KernelLocks(bool? DropTable, bool? RoutingRules)
{
    /// <summary>Looks; needs CAP_NET_ADMIN for the table.</summary>
    public static KernelLocks Look() => new(Try(HasDropTable), Try(HasRoutingRules));

    /// <summary><c>closed</c>, <c>partly</c>, <c>open</c> or <c>unknown</c>.</summary>
    public string Word => (DropTable, RoutingRules) switch
    {
        (true, true) => "closed",
        (false, false) => "open",
        (null, _) or (_, null) => "unknown",
        _ => "partly",
    };

    public string Sentence => (DropTable, RoutingRules) switch
    {
        (true, true) => "both are closed in this network namespace: nothing of the agents' passes but flows that were permitted before",
        (false, false) => "neither is in this network namespace: agents' traffic is whatever this machine makes of it",
        (true, false) => "the drop table holds, the routing rules are missing",
        (false, true) => "the routing rules hold, the drop table is missing",
        (null, true) => "the routing rules are there; the drop table cannot be looked at without CAP_NET_ADMIN (run as root)",
        (null, false) => "the routing rules are missing; the drop table cannot be looked at without CAP_NET_ADMIN (run as root)",
        _ => "cannot be looked at without CAP_NET_ADMIN (run as root)",
    };

    // The table counts only with its hooks: chains without them see no packet.
    private static bool HasDropTable()
    {
        using var nftables = new Nftables();
        if (!nftables.RunStateless("list tables inet").Split('\n').Any(line => line.Trim() == $"table inet {LockNames.DropTable}")) return false;
        string table = nftables.RunStateless($"list table inet {LockNames.DropTable}");
        return new[] { "hook forward", "hook input", "hook output" }.All(hook => table.Contains(hook, StringComparison.Ordinal));
    }

    private static bool HasRoutingRules()
    {
        using var routing = new PolicyRouting();
        RoutingRule[] ours = [.. routing.ListRules().Where(r => r.Preference == LockNames.RulePreference && r.IsBlackhole)];
        return ours.Any(r => r.IsV6) && ours.Any(r => !r.IsV6);
    }

    private static bool? Try(Func<bool> look)
    {
        try
        {
            return look();
        }
        catch (Exception refused) when (refused is KernelException or DllNotFoundException)
        {
            return null;
        }
    }
}
