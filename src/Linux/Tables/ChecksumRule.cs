using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>
/// Makes the kernel finish checksums that a sender left to its link, before anything reads the packet. On links inside one machine (virtual Ethernet, a virtual machine's card) the sender says where
/// sixteen bits are to be written later, and they are written when the packet leaves: after all was judged, wherever the sender wished (Documentation/networking/checksum-offloads.rst).
/// </summary>
/// <remarks>
/// The only means of nftables is the xtables target CHECKSUM, and the kernel takes that only in tables named <c>mangle</c> of IPv4 and of IPv6. Those are iptables' own, which works beside a chain of ours
/// (<c>iptables-save</c> remarks on it); but flushing that table empties it, and a restore deletes it: whoever watches the ruleset has to put it back after any change of somebody else's, since what nft
/// prints of such rules is not to be compared.
/// Segments that were merged it leaves alone: of these the kernel itself demands that the checksum is where TCP or UDP has it (since 6.11, and in the stable releases of August 2024).
/// </remarks>
public static partial class ChecksumRule
{
    private const string Table = "mangle", Chain = "exeat_inside", ProbeName = "exeat_probe", Comment = "made by exeat";

    // Before fragments are put together (-400): a piece may be one that is not finished.
    private const int Priority = -460;

    // No less than a socket has of its own accord.
    private const int LeastSendBuffer = 256 * 1024;

    private static readonly (string Name, byte Number)[] Families = [("ip", NftMessages.NFPROTO_IPV4), ("ip6", NftMessages.NFPROTO_IPV6)];

    /// <summary>Puts it in for packets from these interfaces, in the place of what it was in for before.</summary>
    public static void Install(Nftables nftables, IReadOnlyList<string> inside)
    {
        // Not where they are in force: of a transaction that changes nothing nobody could say whose the next generation is.
        if (!Families.All(family => IsHooked(nftables, family.Number))) nftables.Apply(Chains());
        Errno error = nftables.Transact($"checksum rules in {Table} {Chain}", socket => Send(socket, inside, Chain, commit: true));
        if (error != Errno.None) throw new KernelException("nftables: install checksum rules in", $"{Table} {Chain}", error, "xt_CHECKSUM is not usable");
    }

    /// <summary>Takes it away; a table too, if we made it (only then it bears our comment) and nothing else is in it.</summary>
    public static void Remove(Nftables nftables)
    {
        nftables.Apply(Chains() + string.Concat(Families.Select(family => $"\ndelete chain {family.Name} {Table} {Chain}")));
        foreach ((string name, byte number) in Families)
        {
            if (!nftables.RunStateless($"list table {name} {Table}").Contains($"comment \"{Comment}\"\n", StringComparison.Ordinal)) continue;
            Errno error = nftables.Transact($"delete table {name} {Table}", socket =>
            {
                NetlinkWriter writer = new(stackalloc byte[256]);
                NftMessages.BeginBatch(ref writer, socket.NextSequence());
                NftMessages.DeleteEmptyTable(ref writer, socket.NextSequence(), number, Table);
                NftMessages.EndBatch(ref writer, socket.NextSequence());
                Errno sent = socket.Send(writer.Written);
                return sent != Errno.None ? sent : socket.FirstError();
            });
            if (error is not (Errno.None or Errno.EBUSY)) throw new KernelException("nftables: delete table", $"{name} {Table}", error);
        }
    }

    /// <summary>Whether this kernel has it. Nothing is changed: the transaction is checked and rolled back.</summary>
    public static bool Probe()
    {
        using Nftables nftables = new();
        return nftables.Transact(ProbeName, socket => Send(socket, ["lo"], ProbeName, commit: false)) == Errno.None;
    }

    private static string Chains() => string.Join('\n', Families.Select(family =>
        $"table {family.Name} {Table} {{ comment \"{Comment}\"; chain {Chain} {{ type filter hook prerouting priority {Priority}; policy accept; }}; }}"));

    private static Errno Send(NetlinkSocket socket, IReadOnlyList<string> inside, string chain, bool commit)
    {
        NetlinkWriter writer = new(new byte[1024 + (512 * inside.Count)]);
        NftMessages.BeginBatch(ref writer, socket.NextSequence());
        foreach ((_, byte family) in Families)
        {
            if (commit)
            {
                NftMessages.FlushChain(ref writer, socket.NextSequence(), family, Table, chain);
            }
            else
            {
                NftMessages.AddTable(ref writer, socket.NextSequence(), family, Table);
                NftMessages.AddChain(ref writer, socket.NextSequence(), family, Table, chain);
            }
            foreach (string name in inside) NftMessages.AddXtablesChecksumRule(ref writer, socket.NextSequence(), family, Table, chain, name);
        }
        if (commit) NftMessages.EndBatch(ref writer, socket.NextSequence());
        Libc.EnlargeSendBuffer(socket.Descriptor, Math.Max(writer.Length, LeastSendBuffer));
        Errno error = socket.Send(writer.Written);
        return error != Errno.None ? error : socket.FirstError();
    }
}
