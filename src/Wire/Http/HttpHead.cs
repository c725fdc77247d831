using System.Text;
using Exeat.Names;

namespace Exeat.Wire;

/// <summary>Reads the head of a plain HTTP/1 request, strictly (RFC 9112): whom it is for, and where it ends. What servers read in more than one way is malformed.</summary>
public static class HttpHead
{
    /// <summary>The longest request head that is read: Node's limit; nginx and Apache allow 8 KiB for a line.</summary>
    public const int MaxBytes = 1 << 14;

    /// <summary>
    /// Reads the head at the beginning of a client's byte stream, or behind the request before. <paramref name="nameBuffer"/> needs
    /// <see cref="CanonicalName.MaxBytes"/>.
    /// </summary>
    public static ReadStatus Read(ReadOnlySpan<byte> stream, Span<byte> nameBuffer, out HttpHeadView head)
    {
        head = new HttpHeadView { Problem = HttpProblem.Ambiguous };
        if (nameBuffer.Length < CanonicalName.MaxBytes) return ReadStatus.Malformed;
        ReadOnlySpan<byte> rest = stream[..Math.Min(stream.Length, MaxBytes)];
        int whole = rest.Length;
        var line = default(RequestLine);
        var fields = new HttpFields();
        for (bool isFirst = true; ; isFirst = false)
        {
            ReadStatus status = HttpText.ReadLine(ref rest, out ReadOnlySpan<byte> text);
            // A head that does not end within the limit never will.
            if (status == ReadStatus.NeedMore && stream.Length >= MaxBytes) return ReadStatus.Malformed;
            if (status == ReadStatus.NeedMore) head = default;
            if (status != ReadStatus.Found) return status;
            HttpProblem problem = isFirst ? RequestLine.Read(text, out line) : text.IsEmpty ? fields.Check(line.IsOld) : fields.Add(text);
            if (problem != HttpProblem.None)
            {
                head = new HttpHeadView { Problem = problem };
                return ReadStatus.Malformed;
            }
            if (!isFirst && text.IsEmpty) break;
        }
        if (!ReadName(fields.Host, nameBuffer, out int nameLength)) return ReadStatus.Malformed;
        if (line.IsAbsolute && !IsSame(line.Authority, nameBuffer[..nameLength], fields.Host)) return ReadStatus.Malformed;
        head = new HttpHeadView { HeadBytes = whole - rest.Length, NameLength = nameLength, BodyBytes = fields.BodyBytes };
        return ReadStatus.Found;
    }

    // uri-host [":" port] (RFC 9110, 7.2)
    private static bool ReadName(ReadOnlySpan<byte> host, Span<byte> nameBuffer, out int nameLength)
    {
        nameLength = 0;
        if (host.IsEmpty || host[0] == '[') return true;
        int colon = host.IndexOf((byte)':');
        if (colon >= 0)
        {
            ReadOnlySpan<byte> port = host[(colon + 1)..];
            if (port.Length > 5 || port.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return false;
            host = host[..colon];
        }
        NameProblem problem = CanonicalName.TryWrite(host, nameBuffer, out nameLength);
        if (problem == NameProblem.AddressLiteral) nameLength = 0;
        return problem is NameProblem.None or NameProblem.AddressLiteral;
    }

    // The target wins over Host where both are there, but not with every server (RFC 9112, 3.2.2): both must say the same.
    private static bool IsSame(ReadOnlySpan<byte> authority, ReadOnlySpan<byte> name, ReadOnlySpan<byte> host)
    {
        Span<byte> other = stackalloc byte[CanonicalName.MaxBytes];
        if (!ReadName(authority, other, out int length)) return false;
        return length > 0 || name.Length > 0 ? other[..length].SequenceEqual(name) : Ascii.EqualsIgnoreCase(authority, host);
    }
}
