using System.Globalization;

namespace Exeat.Names;

/// <summary>An address prefix (CIDR) whose host bits are zero. <c>default</c> contains nothing.</summary>
public readonly record struct Prefix
{
    private Prefix(Address network, int length) => (Network, Length) = (network, length);

    /// <summary>The lowest address of the prefix.</summary>
    public Address Network { get; }

    /// <summary>How many leading bits are fixed.</summary>
    public int Length { get; }

    /// <summary>The prefix of this length around an address; its host bits are cleared. Null length: the address alone.</summary>
    public static Prefix Of(Address address, int? length = null)
    {
        int bits = Math.Clamp(length ?? address.Width, 0, address.Width);
        UInt128 number = address.Bits & Mask(address.Width, bits);
        return new Prefix(address.IsV4 ? Address.V4((uint)number) : Address.V6(number), bits);
    }

    /// <summary>Reads 10.0.0.0/8, fd00::/8 or a single address. Set host bits are refused: they are a typing error more often than not.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Prefix prefix)
    {
        prefix = default;
        int slash = text.IndexOf('/');
        if (!Address.TryParse(slash < 0 ? text : text[..slash], out Address address)) return false;
        int length = address.Width;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > address.Width)) return false;
        prefix = Of(address, length);
        return prefix.Network == address;
    }

    /// <summary>Whether the address is of the same family and lies inside.</summary>
    public bool Contains(Address address) =>
        address.IsKnown && address.Width == Network.Width && (address.Bits & Mask(address.Width, Length)) == Network.Bits;

    /// <summary>Whether the two prefixes share an address.</summary>
    public bool Overlaps(Prefix other) => Contains(other.Network) || other.Contains(Network);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Network}/{Length}");

    private static UInt128 Mask(int width, int length) =>
        length == 0 ? 0 : UInt128.MaxValue >> (128 - width) << (width - length) & UInt128.MaxValue >> (128 - width);
}
