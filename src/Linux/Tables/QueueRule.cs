using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Makes a chain of an inet table hand every packet to a user space queue, by whichever means this kernel has.</summary>
/// <remarks>Neither form bypasses: with no listener the packet is dropped.</remarks>
public static class QueueRule
{
    private const string ProbeName = "exeat_probe";

    /// <summary>Replaces the content of a chain with one queue rule, atomically, and says which kind it is. The chain must exist and not be a base chain.</summary>
    public static QueueKind Install(Nftables nftables, string table, string chain, ushort queue)
    {
        // One command buffer is one transaction; where the expression is unknown nothing of it happens.
        string ruleset = $"flush chain inet {table} {chain}\nadd rule inet {table} {chain} queue num {queue}\n";
        if (nftables.Check(ruleset) is null)
        {
            nftables.Apply(ruleset);
            return QueueKind.Nft;
        }
        Errno error = nftables.Transact($"queue rule in {table} {chain}", socket => SendXtables(socket, table, chain, queue, commit: true));
        return error == Errno.None
            ? QueueKind.Xtables
            : throw new KernelException("nftables: install queue rule in", $"inet {table} {chain}", error, "neither nft queue nor xt_NFQUEUE is usable");
    }

    /// <summary>As the other overload, with a context of its own.</summary>
    public static QueueKind Install(string table, string chain, ushort queue)
    {
        using Nftables nftables = new();
        return Install(nftables, table, chain, queue);
    }

    /// <summary>Which kind this kernel has, or null. Nothing is changed: the transactions are checked and rolled back.</summary>
    public static QueueKind? Probe()
    {
        using Nftables nftables = new();
        string ruleset = $"table inet {ProbeName} {{\n chain verdict_queue {{\n queue num 0\n }}\n}}\n";
        if (nftables.Check(ruleset) is null) return QueueKind.Nft;
        Errno error = nftables.Transact(ProbeName, socket => SendXtables(socket, ProbeName, "verdict_queue", 0, commit: false));
        return error == Errno.None ? QueueKind.Xtables : null;
    }

    private static Errno SendXtables(NetlinkSocket socket, string table, string chain, ushort queue, bool commit)
    {
        NetlinkWriter writer = new(stackalloc byte[1024]);
        NftMessages.BeginBatch(ref writer, socket.NextSequence());
        if (!commit)
        {
            NftMessages.AddTable(ref writer, socket.NextSequence(), NftMessages.NFPROTO_INET, table);
            NftMessages.AddChain(ref writer, socket.NextSequence(), NftMessages.NFPROTO_INET, table, chain);
        }
        else
        {
            NftMessages.FlushChain(ref writer, socket.NextSequence(), NftMessages.NFPROTO_INET, table, chain);
        }
        NftMessages.AddXtablesQueueRule(ref writer, socket.NextSequence(), table, chain, queue);
        if (commit) NftMessages.EndBatch(ref writer, socket.NextSequence());
        Errno error = socket.Send(writer.Written);
        return error != Errno.None ? error : socket.FirstError();
    }
}
