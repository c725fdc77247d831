using System.Numerics;

namespace Exeat.Gateway.Kernel;

/// <summary>Where our bits lie in packet marks and conntrack marks. The only place that knows; other bits of a mark are never touched.</summary>
/// <remarks>
/// <code>
///   under the configured mask, from its lowest bit:
///   bits 0-1   state       0 none · 1 pending · 2 permitted · 3 refused          packet and conntrack
///   bits 2-9   generation  1-255; 0 is never used                               packet and conntrack
///   bit  10    stamp       identity was checked in prerouting                   packet only
///   bit  11    passed      our forward chain lets this packet through           packet only
///   bit  12    queued      handed to the verdict loop; an answer clears it      packet only
///   bit  13    reused      a SYN on a tuple whose entry lives; on a verdict: remember it   packet only
///   bit  14    watched     QUIC's long headers never ride on this mark          packet and conntrack
/// </code>
/// </remarks>
internal readonly record struct MarkLayout
{
    /// <summary>Bits that the layout needs, contiguous.</summary>
    public const int BitsNeeded = 15;

    /// <summary>The last generation before the count begins again at 1.</summary>
    public const int LastGeneration = 255;

    private readonly int _shift;

    /// <summary>Lays the bits out under a mask of at least <see cref="BitsNeeded"/> contiguous bits.</summary>
    /// <exception cref="ArgumentException">The mask has a gap or too few bits.</exception>
    public MarkLayout(uint mask)
    {
        _shift = BitOperations.TrailingZeroCount(mask);
        int width = BitOperations.PopCount(mask);
        if (width < BitsNeeded || mask != (uint)(((1UL << width) - 1) << _shift))
            throw new ArgumentException($"markMask 0x{mask:x8}: need at least {BitsNeeded} contiguous bits, for instance 0x{Policy.GatewayDocument.DefaultMarkMask:x8}", nameof(mask));
        Mask = mask;
    }

    public uint Mask { get; }

    public uint Stamp => 1u << _shift << 10;

    public uint Passed => 1u << _shift << 11;

    public uint Queued => 1u << _shift << 12;

    public uint Reused => 1u << _shift << 13;

    /// <summary>On a verdict the same bit says: the kernel may refuse the like by itself for a moment (<see cref="DenialCache"/>).</summary>
    public uint Remember => Reused;

    public uint Watched => 1u << _shift << 14;

    /// <summary>State and generation: the part that lives in the conntrack mark.</summary>
    public uint Judged => 0x3ffu << _shift;

    public uint Generations => 0xffu << _shift << 2;

    public uint Pending(int generation) => Of(1, generation);

    public uint Permitted(int generation) => Of(2, generation);

    public uint Refused(int generation) => Of(3, generation);

    /// <summary>Whether a conntrack mark says permitted, under whatever generation.</summary>
    public bool IsPermitted(uint mark) => (mark & Judged & ~Generations) == (2u << _shift);

    private uint Of(uint state, int generation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(generation, LastGeneration);
        return (state | (uint)generation << 2) << _shift;
    }
}
