using System.Buffers.Binary;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>Writes answers to agents. Every byte is ours but the id and the question, which are echoed.</summary>
internal static class ReplyWriter
{
    // What of a rule's name is told; the rest of the text is the denial id.
    private const int MaxTextBytes = 160;

    private const ushort AnswerFlags = DnsHeader.Response | DnsHeader.RecursionAvailable;

    /// <summary>Writes a reply; cut to the question with TC when it does not fit. 0: not even that fits.</summary>
    public static int Write(Span<byte> room, AgentQuestion question, in Reply reply, int ednsBytes)
    {
        ushort flags = (ushort)(AnswerFlags | (question.WantsRecursion ? DnsHeader.RecursionDesired : 0) | (int)reply.Code);
        var writer = new DnsMessageWriter(room, question.Id, flags);
        if (!writer.TryWriteQuestion(question.Bytes)) return 0;
        if (TryWriteRecords(ref writer, question, reply) && TryWriteEdns(ref writer, question, reply, ednsBytes)) return writer.Length;
        writer = new DnsMessageWriter(room, question.Id, (ushort)(flags | DnsHeader.TruncatedBit));
        if (!writer.TryWriteQuestion(question.Bytes)) return 0;
        TryWriteEdns(ref writer, question, default, ednsBytes);
        return writer.Length;
    }

    /// <summary>Writes a bare header with an error to a packet whose question cannot be echoed.</summary>
    public static int WriteError(Span<byte> room, ReadOnlySpan<byte> packet, DnsResponseCode code)
    {
        if (packet.Length < DnsHeader.Bytes) return 0;
        int kept = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) & (0x7800 | DnsHeader.RecursionDesired);
        return new DnsMessageWriter(room, BinaryPrimitives.ReadUInt16BigEndian(packet), (ushort)(AnswerFlags | kept | (int)code)).Length;
    }

    private static bool TryWriteRecords(ref DnsMessageWriter writer, AgentQuestion question, in Reply reply)
    {
        if (!reply.Records.IsDefaultOrEmpty)
        {
            foreach (byte[] rdata in reply.Records)
                if (!writer.TryWriteRecord(DnsSection.Answer, question.Type, (uint)reply.TtlSeconds, rdata)) return false;
        }
        if (!reply.WithSoa) return true;
        Span<byte> soa = stackalloc byte[22];
        int length = DnsRdata.WriteSoa(soa, default, default, 1, (uint)reply.TtlSeconds);
        return writer.TryWriteRecord(DnsSection.Authority, DnsType.SOA, (uint)reply.TtlSeconds, soa[..length]);
    }

    private static bool TryWriteEdns(ref DnsMessageWriter writer, AgentQuestion question, in Reply reply, int ednsBytes)
    {
        if (!question.HasEdns) return true;
        Span<byte> option = stackalloc byte[6 + MaxTextBytes];
        int length = 0;
        if (reply.ErrorText is { } text)
        {
            // Rule names are ASCII by the policy's own check; should one not be, the text is left away.
            length = Edns.WriteExtendedError(option, reply.Error, text.AsSpan(0, Math.Min(text.Length, MaxTextBytes)));
        }
        return writer.TryWriteEdns((ushort)ednsBytes, reply.ExtendedCode, option[..length])
            || (length > 0 && writer.TryWriteEdns((ushort)ednsBytes, reply.ExtendedCode, default));
    }
}
