using System.Buffers.Binary;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Reads the number of the ruleset's generation, which every committed transaction raises by one.</summary>
internal sealed class NftGeneration(NetlinkSocket socket)
{
    private const byte NFT_MSG_GETGEN = 16;
    private const ushort NFTA_GEN_ID = 1;

    /// <summary>Reads it; a refusal names what was to be done.</summary>
    public uint Read(string operation, string subject)
    {
        NetlinkWriter writer = new(stackalloc byte[64]);
        WriteRequest(ref writer, socket.NextSequence());
        uint generation = 0;
        Errno error = socket.Query(writer.Written, (in NetlinkMessage message) => TryRead(in message, out generation));
        return error == Errno.None ? generation : throw new KernelException($"nftables: {operation}".TrimEnd(), subject, error);
    }

    public static void WriteRequest(ref NetlinkWriter writer, uint sequence)
    {
        // With NLM_F_ACK the acknowledgement follows the answer and ends it.
        writer.BeginNetfilter(NftMessages.NFNL_SUBSYS_NFTABLES, NFT_MSG_GETGEN, NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK, sequence, 0);
        writer.EndMessage();
    }

    public static bool TryRead(in NetlinkMessage message, out uint generation)
    {
        AttributeReader attributes = message.Attributes(4);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            if (type != NFTA_GEN_ID || value.Length < 4) continue;
            generation = BinaryPrimitives.ReadUInt32BigEndian(value);
            return true;
        }
        generation = 0;
        return false;
    }
}
