using System.Text;

namespace Exeat.Wire;

/// <summary>The first line of a request: method SP target SP HTTP/1.x (RFC 9112, 3).</summary>
internal readonly struct RequestLine
{
    /// <summary>HTTP/1.0: no Host is needed, and no chunks exist.</summary>
    public bool IsOld { get; private init; }

    /// <summary>The target states its authority.</summary>
    public bool IsAbsolute { get; private init; }

    /// <summary>Where in the line the authority of the target lies.</summary>
    public Range Authority { get; private init; }

    public static HttpProblem Read(ReadOnlySpan<byte> text, out RequestLine line)
    {
        line = default;
        int space = text.IndexOf((byte)' ');
        if (space < 1 || !HttpText.IsToken(text[..space])) return HttpProblem.Ambiguous;
        ReadOnlySpan<byte> method = text[..space], rest = text[(space + 1)..];
        // Some servers know their methods in small letters too.
        if (Ascii.EqualsIgnoreCase(method, "CONNECT"u8) || method.SequenceEqual("PRI"u8)) return HttpProblem.Upgrade;
        space = rest.IndexOf((byte)' ');
        if (space < 1) return HttpProblem.Ambiguous;
        ReadOnlySpan<byte> target = rest[..space], version = rest[(space + 1)..];
        if (target.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) >= 0) return HttpProblem.Ambiguous;
        bool isOld = version.SequenceEqual("HTTP/1.0"u8);
        if (!isOld && !version.SequenceEqual("HTTP/1.1"u8)) return HttpProblem.Ambiguous;
        line = new RequestLine { IsOld = isOld };
        if (target[0] == '/' || target.SequenceEqual("*"u8) && method.SequenceEqual("OPTIONS"u8)) return HttpProblem.None;
        ReadOnlySpan<byte> scheme = "http://"u8;
        if (target.Length <= scheme.Length || !Ascii.EqualsIgnoreCase(target[..scheme.Length], scheme)) return HttpProblem.Ambiguous;
        ReadOnlySpan<byte> authority = target[scheme.Length..];
        int end = authority.IndexOfAny((byte)'/', (byte)'?', (byte)'#');
        if (end >= 0) authority = authority[..end];
        if (authority.IsEmpty) return HttpProblem.Ambiguous;
        int start = method.Length + 1 + scheme.Length;
        line = new RequestLine { IsOld = isOld, IsAbsolute = true, Authority = start..(start + authority.Length) };
        return HttpProblem.None;
    }
}
