namespace Exeat.Linux.Netlink;

/// <summary>nlmsg_flags. The meaning of the upper byte depends on the request, hence the equal values.</summary>
[Flags]
internal enum NetlinkFlags : ushort
{
    None = 0,
    NLM_F_REQUEST = 1,
    NLM_F_MULTI = 2,
    NLM_F_ACK = 4,
    NLM_F_DUMP_INTR = 0x10,
    NLM_F_NONREC = 0x100,
    NLM_F_DUMP = 0x300,
    NLM_F_EXCL = 0x200,
    NLM_F_CREATE = 0x400,
    NLM_F_APPEND = 0x800,
}
