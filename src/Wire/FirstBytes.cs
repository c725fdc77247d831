using System.Text;

namespace Exeat.Wire;

/// <summary>Tells a client's protocol by its first bytes. Most protocols show themselves in the first few, and lines of text at their end.</summary>
public static class FirstBytes
{
    /// <summary>After so many bytes the answer is final: as many as a head may have (<see cref="HttpHead.MaxBytes"/>).</summary>
    public const int MaxBytes = HttpHead.MaxBytes;

    /// <summary>Classifies the beginning of a client's byte stream.</summary>
    public static ClientProtocol Classify(ReadOnlySpan<byte> stream)
    {
        if (stream.IsEmpty) return ClientProtocol.NeedMore;
        // ChangeCipherSpec, alert, handshake, application data: a stream that begins with another record than a handshake is broken TLS, not unknown. So is one with
        // a version that does not exist: Go reads every first record below 0x1000, and the name in it.
        if (stream[0] is >= 20 and <= 23)
            return stream.Length == 1 ? ClientProtocol.NeedMore : stream[1] < 0x10 ? ClientProtocol.Tls : ClientProtocol.Unknown;
        // What goes on so long without showing itself is held to the rules of a request: a name may be hidden behind it.
        ClientProtocol shape = ByShape(stream[..Math.Min(stream.Length, MaxBytes)]);
        if (shape == ClientProtocol.NeedMore && stream.Length >= MaxBytes) return ClientProtocol.Http;
        // Last, since some servers know a method by that name, as they know any.
        return shape == ClientProtocol.Unknown && stream.StartsWith("SSH-"u8) ? ClientProtocol.Ssh : shape;
    }

    // A request line: a method, white space, a target, a version (RFC 9112, 3); HTTP/0.9 had no version. What only looks like HTTP must not hide a Host from denies by
    // name, so this asks what any server reads, not what the standard says: nginx, Node and Envoy pass over any number of line ends before it, nginx knows no longest
    // method, counts no spaces behind it and takes a target with any scheme, Go one without slashes, and Python parts the line at every white space.
    private static ClientProtocol ByShape(ReadOnlySpan<byte> stream)
    {
        ReadOnlySpan<byte> line = stream.TrimStart("\r\n \t\v\f"u8);
        int method = 0;
        while (method < line.Length && HttpText.IsTokenByte(line[method])) method++;
        ReadOnlySpan<byte> rest = line[method..], target = rest.TrimStart(" \t\v\f"u8);
        if (target.IsEmpty) return ClientProtocol.NeedMore;
        if (method == 0 || target.Length == rest.Length) return ClientProtocol.Unknown;
        if (target[0] is (byte)'/' or (byte)'*') return ClientProtocol.Http;
        int end = target.IndexOfAny((byte)'\n', (byte)0);
        if (end >= 0) target = target[..end];
        if (target.IndexOf("://"u8) >= 0 || HasVersion(target)) return ClientProtocol.Http;
        return end >= 0 ? ClientProtocol.Unknown : ClientProtocol.NeedMore;
    }

    private static bool HasVersion(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> version = "HTTP/"u8;
        for (int slash; (slash = text.IndexOf((byte)'/')) >= 0; text = text[(slash + 1)..])
        {
            if (slash + 1 >= version.Length && Ascii.EqualsIgnoreCase(text[(slash + 1 - version.Length)..(slash + 1)], version)) return true;
        }
        return false;
    }
}
