using System.Buffers.Binary;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>The messages of nfnetlink_queue (linux/netfilter/nfnetlink_queue.h).</summary>
internal static class QueueMessages
{
    public const byte NFNL_SUBSYS_QUEUE = 3;
    public const byte NFQNL_MSG_PACKET = 0, NFQNL_MSG_VERDICT = 1, NFQNL_MSG_CONFIG = 2;
    public const uint NFQA_CFG_F_CONNTRACK = 2, NFQA_CFG_F_GSO = 4;
    private const ushort NFQA_CFG_CMD = 1, NFQA_CFG_PARAMS = 2, NFQA_CFG_QUEUE_MAXLEN = 3, NFQA_CFG_MASK = 4, NFQA_CFG_FLAGS = 5;
    private const ushort NFQA_VERDICT_HDR = 2, NFQA_MARK = 3, NFQA_PAYLOAD = 10;
    private const byte NFQNL_CFG_CMD_BIND = 1, NFQNL_COPY_PACKET = 2;
    private const NetlinkFlags Acknowledged = NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK;

    /// <summary>Room for a verdict without replacement: header, nfgenmsg, verdict header, mark.</summary>
    public const int VerdictBytes = 16 + 4 + 12 + 8;

    public static void Bind(ref NetlinkWriter writer, uint sequence, ushort queue, PacketQueueOptions options)
    {
        Begin(ref writer, sequence, queue);
        writer.Put(NFQA_CFG_CMD, [NFQNL_CFG_CMD_BIND, 0, 0, 0]);
        Span<byte> parameters = stackalloc byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(parameters, (uint)options.CopyRange);
        parameters[4] = NFQNL_COPY_PACKET;
        writer.Put(NFQA_CFG_PARAMS, parameters);
        writer.PutBigEndian(NFQA_CFG_QUEUE_MAXLEN, (uint)options.MaxLength);
        writer.EndMessage();
    }

    /// <summary>Sets flags; NFQA_CFG_F_FAIL_OPEN is never among them.</summary>
    public static void SetFlags(ref NetlinkWriter writer, uint sequence, ushort queue, uint flags)
    {
        Begin(ref writer, sequence, queue);
        writer.PutBigEndian(NFQA_CFG_FLAGS, flags);
        writer.PutBigEndian(NFQA_CFG_MASK, flags);
        writer.EndMessage();
    }

    public static void Verdict(ref NetlinkWriter writer, ushort queue, uint id, PacketVerdict verdict, uint mark, ReadOnlySpan<byte> replacement)
    {
        writer.BeginNetfilter(NFNL_SUBSYS_QUEUE, NFQNL_MSG_VERDICT, NetlinkFlags.NLM_F_REQUEST, 0, 0, queue);
        Span<byte> header = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)verdict);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], id);
        writer.Put(NFQA_VERDICT_HDR, header);
        writer.PutBigEndian(NFQA_MARK, mark);
        if (!replacement.IsEmpty) writer.Put(NFQA_PAYLOAD, replacement);
        writer.EndMessage();
    }

    private static void Begin(ref NetlinkWriter writer, uint sequence, ushort queue) =>
        writer.BeginNetfilter(NFNL_SUBSYS_QUEUE, NFQNL_MSG_CONFIG, Acknowledged, sequence, 0, queue);
}
