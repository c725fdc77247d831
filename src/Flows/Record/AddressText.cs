using System.Buffers.Text;
using Exeat.Names;

namespace Exeat.Flows;

/// <summary>Writes addresses as text without allocating (RFC 5952: lower case, the longest run of zero groups compressed).</summary>
internal static class AddressText
{
    /// <summary>The longest form, six groups and an IPv4 part.</summary>
    public const int MaxBytes = 45;

    public static int Write(Address address, Span<byte> destination) =>
        address.IsV4 ? WriteV4((uint)address.Bits, destination) : address.IsV6 ? WriteV6(address.Bits, destination) : 0;

    private static int WriteV4(uint bits, Span<byte> destination)
    {
        int at = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            if (shift < 24) destination[at++] = (byte)'.';
            Utf8Formatter.TryFormat((byte)(bits >> shift), destination[at..], out int written);
            at += written;
        }
        return at;
    }

    private static int WriteV6(UInt128 bits, Span<byte> destination)
    {
        // RFC 5952, 5: an IPv4-mapped address ends in dotted form.
        if (bits >> 32 == 0xffff)
        {
            "::ffff:"u8.CopyTo(destination);
            return 7 + WriteV4((uint)bits, destination[7..]);
        }
        (int zeros, int length) = LongestZeroRun(bits);
        int at = 0;
        for (int group = 0; group < 8; group++)
        {
            if (group == zeros)
            {
                destination[at++] = (byte)':';
                if (group == 0) destination[at++] = (byte)':';
                group += length - 1;
                continue;
            }
            Utf8Formatter.TryFormat(Group(bits, group), destination[at..], out int written, 'x');
            at += written;
            if (group < 7) destination[at++] = (byte)':';
        }
        return at;
    }

    private static ushort Group(UInt128 bits, int group) => (ushort)(bits >> (112 - 16 * group));

    // The first of the longest runs; a single zero group is not compressed (RFC 5952, 4.2.2).
    private static (int Start, int Length) LongestZeroRun(UInt128 bits)
    {
        (int Start, int Length) best = (-1, 1);
        for (int start = 0; start < 8; start++)
        {
            int end = start;
            while (end < 8 && Group(bits, end) == 0) end++;
            if (end - start > best.Length) best = (start, end - start);
        }
        return best;
    }
}
