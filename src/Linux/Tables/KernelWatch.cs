using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Tells when somebody (oneself included) changes rules, routing rules, links or addresses. Not thread-safe, except <see cref="Wake"/>.</summary>
public sealed unsafe class KernelWatch : IDisposable
{
    private const int BatchMessages = 16;
    private const int BufferBytes = 32 * 1024;
    private const int ReceiveBufferBytes = 4 * 1024 * 1024;
    private const int NFNLGRP_NFTABLES = 7;
    private const int RTNLGRP_LINK = 1, RTNLGRP_IPV4_IFADDR = 5, RTNLGRP_IPV4_RULE = 8, RTNLGRP_IPV6_IFADDR = 9, RTNLGRP_IPV6_RULE = 19;
    private readonly KernelChangeKinds _kinds;
    private readonly NetlinkSocket _rules = new(NetlinkSocket.NETLINK_NETFILTER, "kernel watch: open", "nftables");
    private readonly NetlinkSocket _routes = new(NetlinkSocket.NETLINK_ROUTE, "kernel watch: open", "routes");
    private readonly ReceiveRing _ruleRing;
    private readonly ReceiveRing _routeRing;
    private readonly FileDescriptor _wake;
    private readonly Queue<KernelChange> _changes = new();

    /// <summary>Watches this thread's network namespace.</summary>
    public KernelWatch(KernelChangeKinds kinds = KernelChangeKinds.All)
    {
        _kinds = kinds;
        _ruleRing = new ReceiveRing(_rules.Descriptor, BatchMessages, BufferBytes);
        _routeRing = new ReceiveRing(_routes.Descriptor, BatchMessages, BufferBytes);
        int wake = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        _wake = wake >= 0 ? new FileDescriptor(wake) : throw new KernelException("eventfd: create", "", Libc.LastError);
        Libc.EnlargeReceiveBuffer(_rules.Descriptor, ReceiveBufferBytes);
        Libc.EnlargeReceiveBuffer(_routes.Descriptor, ReceiveBufferBytes);
        if (kinds.HasFlag(KernelChangeKinds.Ruleset)) Join(_rules, NFNLGRP_NFTABLES);
        if (kinds.HasFlag(KernelChangeKinds.RoutingRules)) Join(_routes, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE);
        if (kinds.HasFlag(KernelChangeKinds.Links)) Join(_routes, RTNLGRP_LINK);
        if (kinds.HasFlag(KernelChangeKinds.Addresses)) Join(_routes, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR);
    }

    /// <summary>Waits up to <paramref name="timeoutMs"/> (−1: for ever) for the next change; false on timeout or <see cref="Wake"/>.</summary>
    public bool TryWait(int timeoutMs, out KernelChange change)
    {
        if (_changes.TryDequeue(out change)) return true;
        PollEntry* entries = stackalloc PollEntry[3];
        entries[0] = new PollEntry { Descriptor = _rules.Descriptor.Number, Events = Libc.POLLIN };
        entries[1] = new PollEntry { Descriptor = _routes.Descriptor.Number, Events = Libc.POLLIN };
        entries[2] = new PollEntry { Descriptor = _wake.Number, Events = Libc.POLLIN };
        // A datagram may hold nothing of interest; then a caller who wants to wait on calls again.
        if (Libc.Poll(entries, 3, timeoutMs) <= 0) return false;
        if (entries[2].Returned != 0)
        {
            ulong times;
            _ = Libc.Read(_wake, &times, sizeof(ulong));
        }
        Receive(_ruleRing, isRuleset: true);
        Receive(_routeRing, isRuleset: false);
        return _changes.TryDequeue(out change);
    }

    /// <summary>Makes <see cref="TryWait"/> return; from any thread.</summary>
    public void Wake()
    {
        ulong one = 1;
        _ = Libc.Write(_wake, &one, sizeof(ulong));
    }

    /// <summary>Closes the subscriptions.</summary>
    public void Dispose()
    {
        _rules.Dispose();
        _routes.Dispose();
        _ruleRing.Dispose();
        _routeRing.Dispose();
        _wake.Dispose();
    }

    private void Receive(ReceiveRing ring, bool isRuleset)
    {
        int count = ring.Receive(0, out Errno error);
        if (error == Errno.ENOBUFS)
        {
            KernelChangeKinds ruleset = KernelChangeKinds.Ruleset;
            _changes.Enqueue(new KernelChange { IsOverrun = true, Kinds = _kinds & (isRuleset ? ruleset : ~ruleset) });
        }
        else if (error != Errno.None)
        {
            throw new KernelException("kernel watch: receive", isRuleset ? "nftables" : "routes", error);
        }
        for (int i = 0; i < count; i++)
        {
            // Only the kernel (port 0) is believed.
            if (ring.Address<NetlinkAddress>(i).PortId != 0) continue;
            NetlinkReader reader = new(ring[i]);
            while (reader.TryNext(out NetlinkMessage message))
            {
                bool isKnown = isRuleset
                    ? KernelChangeReader.TryReadRuleset(in message, out KernelChange change)
                    : KernelChangeReader.TryReadRoute(in message, out change);
                if (isKnown) _changes.Enqueue(change);
            }
        }
    }

    private static void Join(NetlinkSocket socket, params ReadOnlySpan<int> groups)
    {
        foreach (int group in groups)
        {
            Errno error = socket.Join(group);
            if (error != Errno.None) throw new KernelException("kernel watch: join group", $"{group}", error);
        }
    }
}
