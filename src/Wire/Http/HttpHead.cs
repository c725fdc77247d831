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
        HttpHeadPlace place = default;
        return Read(stream, nameBuffer, ref place, out head);
    }

    /// <summary>
    /// Reads on from where <paramref name="place"/> says an earlier look at the same bytes, and perhaps fewer of them, had to stop. The answer is that of a look at all of them; only after
    /// NeedMore is there a next one.
    /// </summary>
    public static ReadStatus Read(ReadOnlySpan<byte> stream, Span<byte> nameBuffer, ref HttpHeadPlace place, out HttpHeadView head)
    {
        head = new HttpHeadView { Problem = HttpProblem.Ambiguous };
        if (nameBuffer.Length < CanonicalName.MaxBytes) return ReadStatus.Malformed;
        ReadOnlySpan<byte> known = stream[..Math.Min(stream.Length, MaxBytes)];
        for (bool isWhole = false; !isWhole;)
        {
            ReadStatus status = place.NextLine(known, out int at, out ReadOnlySpan<byte> text);
            // A head that does not end within the limit never will.
            if (status == ReadStatus.NeedMore && stream.Length >= MaxBytes) return ReadStatus.Malformed;
            if (status == ReadStatus.NeedMore) head = default;
            if (status != ReadStatus.Found) return status;
            isWhole = at > 0 && text.IsEmpty;
            HttpProblem problem = at == 0 ? RequestLine.Read(text, out place.Request) : isWhole ? place.Fields.Check(place.Request.IsOld) : place.Fields.Add(text, at);
            if (problem == HttpProblem.None) continue;
            head = new HttpHeadView { Problem = problem };
            return ReadStatus.Malformed;
        }
        ReadOnlySpan<byte> host = known[place.Fields.Host];
        if (!ReadName(host, nameBuffer, out int nameLength)) return ReadStatus.Malformed;
        if (place.Request.IsAbsolute && !IsSame(known[place.Request.Authority], nameBuffer[..nameLength], host)) return ReadStatus.Malformed;
        head = new HttpHeadView { HeadBytes = place.Seen, NameLength = nameLength, BodyBytes = place.Fields.BodyBytes };
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
