using System.Text;

namespace Exeat.Wire;

/// <summary>Tells a client's protocol by its first bytes, at most <see cref="MaxBytes"/> of them.</summary>
public static class FirstBytes
{
    /// <summary>After so many bytes the answer is final. Longer methods than this are no server's.</summary>
    public const int MaxBytes = 32;

    private const int LongestProtocolName = 4;

    /// <summary>Classifies the beginning of a client's byte stream.</summary>
    public static ClientProtocol Classify(ReadOnlySpan<byte> stream)
    {
        if (stream.IsEmpty) return ClientProtocol.NeedMore;
        // ChangeCipherSpec, alert, handshake, application data: a stream that begins with another record than a handshake is broken TLS, not unknown. So is one with
        // a version that does not exist: Go reads every first record below 0x1000, and the name in it.
        if (stream[0] is >= 20 and <= 23)
            return stream.Length == 1 ? ClientProtocol.NeedMore : stream[1] < 0x10 ? ClientProtocol.Tls : ClientProtocol.Unknown;
        if (stream.Length >= LongestProtocolName && stream.StartsWith("SSH-"u8)) return ClientProtocol.Ssh;
        return ByShape(stream);
    }

    // A request line: a method, white space, and a target in origin, asterisk or absolute form (RFC 9112, 3). Whatever method somebody's server knows, and with what
    // servers pass over before and between: what only looks like HTTP must not hide a Host from denies by name. CONNECT's target has a form of its own.
    private static ClientProtocol ByShape(ReadOnlySpan<byte> stream)
    {
        ReadOnlySpan<byte> text = stream[..Math.Min(stream.Length, MaxBytes)];
        ReadOnlySpan<byte> line = text.TrimStart("\r\n \t"u8);
        int method = 0;
        while (method < line.Length && HttpText.IsTokenByte(line[method])) method++;
        ReadOnlySpan<byte> rest = line[method..], target = rest.TrimStart(" \t"u8);
        ClientProtocol more = stream.Length < MaxBytes ? ClientProtocol.NeedMore : ClientProtocol.Unknown;
        if (target.IsEmpty) return more;
        if (method == 0 || target.Length == rest.Length) return ClientProtocol.Unknown;
        if (target[0] is (byte)'/' or (byte)'*' || Ascii.EqualsIgnoreCase(line[..method], "CONNECT"u8)) return ClientProtocol.Http;
        ReadOnlySpan<byte> scheme = "http"u8;
        int known = Math.Min(target.Length, scheme.Length);
        if (!Ascii.EqualsIgnoreCase(target[..known], scheme[..known])) return ClientProtocol.Unknown;
        return known == scheme.Length ? ClientProtocol.Http : more;
    }
}
