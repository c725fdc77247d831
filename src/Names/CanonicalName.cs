namespace Exeat.Names;

/// <summary>What is wrong with a name. The zero value is nothing.</summary>
public enum NameProblem : byte
{
    /// <summary>The name is canonical now.</summary>
    None = 0,

    /// <summary>No labels at all (also the root).</summary>
    Empty,

    /// <summary>More than 253 bytes in dotted form (RFC 1035, 2.3.4).</summary>
    TooLong,

    /// <summary>A label of more than 63 bytes.</summary>
    LabelTooLong,

    /// <summary>Two dots in a row or a leading dot.</summary>
    EmptyLabel,

    /// <summary>A byte other than letters, digits, hyphen and underscore; also every byte over 127.</summary>
    BadCharacter,

    /// <summary>An IPv4 or IPv6 literal, or a last label of digits only (RFC 6943, 3.1.1): never a name.</summary>
    AddressLiteral,
}

/// <summary>The one reading of a name: lower-case, without the trailing dot, checked.</summary>
public static class CanonicalName
{
    /// <summary>The longest dotted form, without the trailing dot.</summary>
    public const int MaxBytes = 253;

    /// <summary>The longest label.</summary>
    public const int MaxLabelBytes = 63;

    /// <summary>Writes the canonical form of dotted ASCII text (as in SNI, Host or a policy). <paramref name="destination"/> needs <see cref="MaxBytes"/>.</summary>
    public static NameProblem TryWrite(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (text.Length > 0 && text[^1] == '.') text = text[..^1];
        if (text.IsEmpty) return NameProblem.Empty;
        if (text.Length > MaxBytes) return NameProblem.TooLong;
        int label = 0;
        bool digitsOnly = true;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (c == '.')
            {
                if (label == 0) return NameProblem.EmptyLabel;
                (label, digitsOnly) = (0, true);
            }
            else
            {
                if (c is >= (byte)'A' and <= (byte)'Z') c |= 0x20;
                if (c is not ((>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'_'))
                    return c is (byte)':' or (byte)'[' ? NameProblem.AddressLiteral : NameProblem.BadCharacter;
                if (++label > MaxLabelBytes) return NameProblem.LabelTooLong;
                digitsOnly &= c is >= (byte)'0' and <= (byte)'9';
            }
            destination[i] = c;
        }
        if (label == 0) return NameProblem.EmptyLabel;
        if (digitsOnly) return NameProblem.AddressLiteral;
        written = text.Length;
        return NameProblem.None;
    }

    /// <summary>Takes the last label off a canonical name that is not empty, and its dot.</summary>
    public static ReadOnlySpan<byte> TakeLastLabel(ref ReadOnlySpan<byte> canonical)
    {
        int dot = canonical.LastIndexOf((byte)'.');
        ReadOnlySpan<byte> label = canonical[(dot + 1)..];
        canonical = dot < 0 ? [] : canonical[..dot];
        return label;
    }
}
