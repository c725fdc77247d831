using System.Text;
using Exeat.Names;

namespace Exeat.Wire;

/// <summary>Reads the host that a plain HTTP/1 request names, strictly (RFC 9112). Only labels what is refused; it decides nothing.</summary>
public static class HttpHead
{
    /// <summary>The longest request head that is read.</summary>
    public const int MaxBytes = 1 << 14;

    /// <summary>
    /// Reads the head at the beginning of a client's byte stream. <paramref name="nameBuffer"/> needs <see cref="CanonicalName.MaxBytes"/>.
    /// </summary>
    /// <returns>
    /// Found: the head is whole. Its host is in the name buffer; a length of 0 says that it names no domain name (an address, or HTTP/1.0
    /// without Host).
    /// </returns>
    public static ReadStatus TryReadHost(ReadOnlySpan<byte> stream, Span<byte> nameBuffer, out int nameLength)
    {
        nameLength = 0;
        if (nameBuffer.Length < CanonicalName.MaxBytes) return ReadStatus.Malformed;
        ReadOnlySpan<byte> rest = stream[..Math.Min(stream.Length, MaxBytes)];
        ReadOnlySpan<byte> host = default;
        int hosts = 0;
        bool isRequestLine = true;
        bool needsHost = true;
        while (true)
        {
            ReadStatus status = ReadLine(ref rest, out ReadOnlySpan<byte> line);
            // A head that does not end within the limit never will.
            if (status == ReadStatus.NeedMore && stream.Length >= MaxBytes) return ReadStatus.Malformed;
            if (status != ReadStatus.Found) return status;
            if (isRequestLine)
            {
                if (!IsRequestLine(line, out needsHost)) return ReadStatus.Malformed;
                isRequestLine = false;
                continue;
            }
            if (line.IsEmpty) break;
            if (!TrySplit(line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)) return ReadStatus.Malformed;
            if (!Ascii.EqualsIgnoreCase(name, "host"u8)) continue;
            if (++hosts > 1) return ReadStatus.Malformed;
            host = value;
        }
        if (hosts == 0) return needsHost ? ReadStatus.Malformed : ReadStatus.Found;
        return ReadName(host, nameBuffer, out nameLength);
    }

    // Lines end with CRLF; a bare CR, a bare LF and NUL are what smuggling is made of (RFC 9112, 2.2 and 11.2).
    private static ReadStatus ReadLine(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        line = default;
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n', (byte)0);
        if (end < 0) return ReadStatus.NeedMore;
        if (rest[end] != '\r') return ReadStatus.Malformed;
        if (end + 1 == rest.Length) return ReadStatus.NeedMore;
        if (rest[end + 1] != '\n') return ReadStatus.Malformed;
        line = rest[..end];
        rest = rest[(end + 2)..];
        return ReadStatus.Found;
    }

    // method SP origin-form SP HTTP/1.x (RFC 9112, 3)
    private static bool IsRequestLine(ReadOnlySpan<byte> line, out bool needsHost)
    {
        needsHost = true;
        int method = line.IndexOf((byte)' ');
        if (method < 1 || !IsToken(line[..method])) return false;
        ReadOnlySpan<byte> rest = line[(method + 1)..];
        int target = rest.IndexOf((byte)' ');
        if (target < 1 || rest[0] != '/' || rest[..target].IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) >= 0) return false;
        ReadOnlySpan<byte> version = rest[(target + 1)..];
        needsHost = !version.SequenceEqual("HTTP/1.0"u8);
        return !needsHost || version.SequenceEqual("HTTP/1.1"u8);
    }

    // field-name ":" OWS field-value OWS; a line that begins with a space (obs-fold) has no token for a name (RFC 9112, 5).
    private static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        int colon = line.IndexOf((byte)':');
        if (colon < 1 || !IsToken(line[..colon])) return false;
        name = line[..colon];
        value = line[(colon + 1)..].Trim(" \t"u8);
        return true;
    }

    // uri-host [":" port] (RFC 9110, 7.2)
    private static ReadStatus ReadName(ReadOnlySpan<byte> host, Span<byte> nameBuffer, out int nameLength)
    {
        nameLength = 0;
        if (host.IsEmpty || host[0] == '[') return ReadStatus.Found;
        int colon = host.IndexOf((byte)':');
        if (colon >= 0)
        {
            ReadOnlySpan<byte> port = host[(colon + 1)..];
            if (port.Length > 5 || port.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return ReadStatus.Malformed;
            host = host[..colon];
        }
        NameProblem problem = CanonicalName.TryWrite(host, nameBuffer, out nameLength);
        return problem is NameProblem.None or NameProblem.AddressLiteral ? ReadStatus.Found : ReadStatus.Malformed;
    }

    // RFC 9110, 5.6.2
    private static bool IsToken(ReadOnlySpan<byte> text)
    {
        foreach (byte c in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && !"!#$%&'*+-.^_`|~"u8.Contains(c)) return false;
        }
        return true;
    }
}
