using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Rules of the routing policy: the second lock, which holds when nftables' tables are gone. Thread-safe.</summary>
/// <remarks>
/// The rules act on routing, so what is addressed to the gateway itself meets the rule of the local table (preference 0) first. A rule that names an
/// absent interface rests until one of that name appears.
/// </remarks>
public sealed class PolicyRouting : IDisposable
{
    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket = new(NetlinkSocket.NETLINK_ROUTE, "routing rules: open", "");

    /// <summary>The port that this object's changes carry in a <see cref="KernelChange"/>.</summary>
    public uint PortId => _socket.PortId;

    /// <summary>
    /// Drops what comes in by an interface and has the mark: <c>ip rule add pref P iif I fwmark V/M blackhole</c>. It is no error if the rule is there.
    /// </summary>
    public void AddBlackholeRule(int preference, string inInterface, uint markValue, uint markMask, bool v6) =>
        Change(add: true, new RoutingRule
        {
            Preference = (uint)preference,
            InInterface = inInterface,
            MarkValue = markValue,
            MarkMask = markMask,
            IsV6 = v6,
            Action = RuleMessages.FR_ACT_BLACKHOLE,
        });

    /// <summary>Sends what has the mark to a routing table: <c>ip rule add pref P fwmark V/M lookup T</c>.</summary>
    public void AddTableRule(int preference, string? inInterface, uint markValue, uint markMask, uint table, bool v6) =>
        Change(add: true, new RoutingRule
        {
            Preference = (uint)preference,
            InInterface = inInterface,
            MarkValue = markValue,
            MarkMask = markMask,
            IsV6 = v6,
            Action = RuleMessages.FR_ACT_TO_TBL,
            Table = table,
        });

    /// <summary>Removes all rules of both families with a preference from <paramref name="first"/> to <paramref name="last"/>; returns how many.</summary>
    public int RemoveRules(int first, int last)
    {
        int removed = 0;
        foreach (RoutingRule rule in ListRules())
        {
            if (rule.Preference < (uint)first || rule.Preference > (uint)last) continue;
            Change(add: false, rule);
            removed++;
        }
        return removed;
    }

    /// <summary>All rules of both families in order.</summary>
    public IReadOnlyList<RoutingRule> ListRules()
    {
        List<RoutingRule> rules = [];
        lock (_lock)
        {
            List(isV6: false, rules);
            List(isV6: true, rules);
        }
        return rules;
    }

    /// <summary>Closes the socket; the rules stay.</summary>
    public void Dispose() => _socket.Dispose();

    private void List(bool isV6, List<RoutingRule> rules)
    {
        NetlinkWriter writer = new(stackalloc byte[64]);
        RuleMessages.List(ref writer, _socket.NextSequence(), isV6);
        Errno error = _socket.Query(writer.Written, (in NetlinkMessage message) =>
        {
            if (RuleMessages.TryRead(in message, out RoutingRule rule)) rules.Add(rule);
        });
        if (error != Errno.None) throw new KernelException("routing rules: list", isV6 ? "IPv6" : "IPv4", error);
    }

    private void Change(bool add, RoutingRule rule)
    {
        lock (_lock)
        {
            NetlinkWriter writer = new(stackalloc byte[512]);
            RuleMessages.Write(ref writer, _socket.NextSequence(), add, rule);
            Errno error = _socket.Request(writer.Written);
            if (error == Errno.None || (add && error == Errno.EEXIST) || (!add && error == Errno.ENOENT)) return;
            throw new KernelException($"routing rules: {(add ? "add" : "remove")}", $"pref {rule.Preference} iif {rule.InInterface ?? "any"}", error);
        }
    }
}
