namespace Exeat.Linux;

/// <summary>What becomes of a queued packet (linux/netfilter.h).</summary>
public enum PacketVerdict : byte
{
    /// <summary>The packet is gone.</summary>
    Drop = 0,

    /// <summary>The packet goes on at the next chain of the hook (not the next rule).</summary>
    Accept = 1,

    /// <summary>The packet enters the hook's chains again from this one on.</summary>
    Repeat = 4,
}
