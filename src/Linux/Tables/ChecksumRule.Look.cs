using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Reads what is there of the rules: nft cannot print them so that they could be compared.</summary>
public static partial class ChecksumRule
{
    /// <summary>Whether it is in for these interfaces, as <see cref="Install"/> puts it, and nothing else with it.</summary>
    public static bool IsInstalled(Nftables nftables, IReadOnlyList<string> inside) => Families.All(family =>
    {
        List<string?> read = [];
        Errno error = nftables.Ask(socket =>
        {
            NetlinkWriter writer = new(stackalloc byte[256]);
            NftMessages.GetRules(ref writer, socket.NextSequence(), family.Number, Table, Chain);
            return socket.Query(writer.Written, (in NetlinkMessage message) =>
            {
                if (ChecksumRuleReader.TryRead(in message, out string? inInterface)) read.Add(inInterface);
            });
        });
        return error == Errno.None && read.SequenceEqual(inside) && IsHooked(nftables, family.Number);
    });

    private static bool IsHooked(Nftables nftables, byte family)
    {
        bool isAwake = false, isHooked = false;
        Errno error = nftables.Ask(socket =>
        {
            NetlinkWriter writer = new(stackalloc byte[256]);
            NftMessages.GetTable(ref writer, socket.NextSequence(), family, Table);
            Errno refused = socket.Query(writer.Written, (in NetlinkMessage message) => isAwake |= ChecksumRuleReader.IsAwakeTable(in message));
            if (refused != Errno.None) return refused;
            writer = new(stackalloc byte[256]);
            NftMessages.GetChain(ref writer, socket.NextSequence(), family, Table, Chain);
            return socket.Query(writer.Written, (in NetlinkMessage message) => isHooked |= ChecksumRuleReader.IsHookedChain(in message));
        });
        return error == Errno.None && isAwake && isHooked;
    }
}
