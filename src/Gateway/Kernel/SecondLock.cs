using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>
/// The second lock, outside nftables: routing policy that blackholes whatever comes from an agent without the stamp of our prerouting chain. It holds when somebody flushed
/// the whole ruleset, and outlives the gateway.
/// </summary>
internal sealed class SecondLock(PolicyRouting routing, MarkLayout marks)
{
    /// <summary>Before every table but <c>local</c> (0), which ARP for the gateway's own address needs first (decision 0004).</summary>
    public const int Preference = 47;

    /// <summary>Adds what is missing for these interfaces; returns how many rules that were. Takes none away.</summary>
    public int Ensure(IReadOnlyList<string> inside)
    {
        int added = 0;
        IReadOnlyList<RoutingRule> present = routing.ListRules();
        foreach (string name in inside)
        {
            foreach (bool v6 in (ReadOnlySpan<bool>)[false, true])
            {
                if (IsThere(present, name, v6)) continue;
                routing.AddBlackholeRule(Preference, name, 0, marks.Stamp, v6);
                added++;
            }
        }
        return added;
    }

    /// <summary>Whether every rule for these interfaces is there.</summary>
    public bool IsWhole(IReadOnlyList<string> inside)
    {
        IReadOnlyList<RoutingRule> present = routing.ListRules();
        return inside.All(name => IsThere(present, name, v6: false) && IsThere(present, name, v6: true));
    }

    /// <summary>Removes the lock: only the explicit command does.</summary>
    public static int Remove(PolicyRouting routing) => routing.RemoveRules(Preference, Preference);

    private bool IsThere(IReadOnlyList<RoutingRule> present, string name, bool v6) =>
        present.Any(r => r.Preference == Preference && r.IsBlackhole && r.InInterface == name && r.IsV6 == v6 && r.MarkMask == marks.Stamp);
}
