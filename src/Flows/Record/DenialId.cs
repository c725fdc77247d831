using System.Text;

namespace Exeat.Flows;

/// <summary>The short id of a refusal: eight characters a person can read out, derived from the flow so that nothing is kept.</summary>
public static class DenialId
{
    /// <summary>Length of the text.</summary>
    public const int Length = 8;

    // Crockford's base 32: no i, l, o, u, so that it survives being read aloud.
    private static ReadOnlySpan<byte> Alphabet => "0123456789abcdefghjkmnpqrstvwxyz"u8;

    /// <summary>Writes the id of a flow: the last 40 bits of its UUIDv7, which are random (RFC 9562, 5.7).</summary>
    public static void Write(Guid flow, Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[16];
        flow.TryWriteBytes(bytes, bigEndian: true, out _);
        ulong bits = 0;
        foreach (byte b in bytes[11..]) bits = (bits << 8) | b;
        for (int i = Length - 1; i >= 0; i--, bits >>= 5) destination[i] = Alphabet[(int)(bits & 31)];
    }

    /// <summary>The id of a flow as text.</summary>
    public static string Of(Guid flow)
    {
        Span<byte> text = stackalloc byte[Length];
        Write(flow, text);
        return Encoding.ASCII.GetString(text);
    }
}
