using Exeat.Names;

namespace Exeat.Store;

/// <summary>Addresses in columns: 4 or 16 bytes in network order, so that a prefix is a range.</summary>
internal static class AddressBytes
{
    public static byte[]? Of(string? text)
    {
        if (text is null || !Address.TryParse(text, out Address address)) return null;
        return Of(address);
    }

    public static byte[] Of(Address address)
    {
        byte[] bytes = new byte[address.IsV4 ? 4 : 16];
        address.WriteTo(bytes);
        return bytes;
    }

    /// <summary>The highest address of a prefix.</summary>
    public static Address Last(Prefix prefix)
    {
        UInt128 rest = prefix.Length >= prefix.Network.Width ? 0 : UInt128.MaxValue >> (128 - (prefix.Network.Width - prefix.Length));
        return prefix.Network.IsV4 ? Address.V4((uint)(prefix.Network.Bits | rest)) : Address.V6(prefix.Network.Bits | rest);
    }

    public static string? Text(Stream? stored)
    {
        if (stored is null) return null;
        Span<byte> bytes = stackalloc byte[17];
        int length = stored.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Address.FromBytes(bytes[..length]) is { IsKnown: true } address ? address.ToString() : null;
    }
}
