using System.Buffers.Binary;
using System.Text;
using Exeat.Linux.Native;
using Exeat.Linux.Netlink;

namespace Exeat.Linux;

/// <summary>Routing rules on rtnetlink: struct fib_rule_hdr and FRA_* attributes (linux/fib_rules.h).</summary>
internal static class RuleMessages
{
    public const ushort RTM_NEWRULE = 32, RTM_DELRULE = 33, RTM_GETRULE = 34;
    public const byte FR_ACT_TO_TBL = 1, FR_ACT_BLACKHOLE = 6;
    private const int HeaderBytes = 12;
    private const uint FIB_RULE_IIF_DETACHED = 8;
    private const ushort FRA_IIFNAME = 3, FRA_PRIORITY = 6, FRA_FWMARK = 10, FRA_TABLE = 15, FRA_FWMASK = 16;
    private const NetlinkFlags Acknowledged = NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK;

    /// <summary>A rule that is to be added, or deleted: deleting matches the same attributes.</summary>
    public static void Write(ref NetlinkWriter writer, uint sequence, bool add, RoutingRule rule)
    {
        NetlinkFlags flags = add ? Acknowledged | NetlinkFlags.NLM_F_CREATE | NetlinkFlags.NLM_F_EXCL : Acknowledged;
        writer.BeginMessage(add ? RTM_NEWRULE : RTM_DELRULE, flags, sequence);
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        header[0] = Family(rule.IsV6);
        header[7] = rule.Action;
        writer.PutBody(header);
        writer.PutNative(FRA_PRIORITY, rule.Preference);
        if (rule.InInterface is not null) writer.PutText(FRA_IIFNAME, rule.InInterface);
        if (rule.MarkMask != 0)
        {
            writer.PutNative(FRA_FWMARK, rule.MarkValue);
            writer.PutNative(FRA_FWMASK, rule.MarkMask);
        }
        if (rule.Action == FR_ACT_TO_TBL) writer.PutNative(FRA_TABLE, rule.Table);
        writer.EndMessage();
    }

    public static void List(ref NetlinkWriter writer, uint sequence, bool isV6)
    {
        writer.BeginMessage(RTM_GETRULE, NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_DUMP, sequence);
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        header[0] = Family(isV6);
        writer.PutBody(header);
        writer.EndMessage();
    }

    public static bool TryRead(in NetlinkMessage message, out RoutingRule rule)
    {
        rule = new RoutingRule();
        if (message.Type is not (RTM_NEWRULE or RTM_DELRULE) || message.Body.Length < HeaderBytes) return false;
        rule = new RoutingRule
        {
            IsV6 = message.Body[0] == Libc.AF_INET6,
            Table = message.Body[4],
            Action = message.Body[7],
            IsDetached = (BinaryPrimitives.ReadUInt32LittleEndian(message.Body[8..]) & FIB_RULE_IIF_DETACHED) != 0,
        };
        AttributeReader attributes = message.Attributes(HeaderBytes);
        while (attributes.TryNext(out ushort type, out ReadOnlySpan<byte> value))
        {
            uint number = BinaryPrimitives.TryReadUInt32LittleEndian(value, out uint read) ? read : 0;
            rule = type switch
            {
                FRA_PRIORITY => rule with { Preference = number },
                FRA_FWMARK => rule with { MarkValue = number },
                FRA_FWMASK => rule with { MarkMask = number },
                FRA_TABLE => rule with { Table = number },
                FRA_IIFNAME => rule with { InInterface = Encoding.UTF8.GetString(value.TrimEnd((byte)0)) },
                _ => rule,
            };
        }
        return true;
    }

    private static byte Family(bool isV6) => (byte)(isV6 ? Libc.AF_INET6 : Libc.AF_INET);
}
