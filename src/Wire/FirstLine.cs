using System.Text;

namespace Exeat.Wire;

/// <summary>How far a client's first line was read that has not shown yet what it is, so that each byte is read once however it arrives. <c>default</c>: nothing was read.</summary>
/// <remarks>
/// A request line: a method, white space, a target, a version (RFC 9112, 3); HTTP/0.9 had no version. What only looks like HTTP must not hide a Host from denies by name, so this asks what any server
/// reads, not what the standard says: nginx, Node and Envoy pass over any number of line ends before it, nginx knows no longest method, counts no spaces behind it and takes a target with any scheme,
/// Go one without slashes, and Python parts the line at every white space.
/// </remarks>
public struct FirstLine
{
    private Place _place;
    private int _start;

    private enum Place : byte
    {
        Before = 0,
        Method,
        Space,
        Target,
        Request,
    }

    /// <summary>Up to here it was read.</summary>
    public int Seen { get; private set; }

    internal ClientProtocol Read(ReadOnlySpan<byte> stream)
    {
        // Not the bytes that it was read from before.
        if (Seen > stream.Length) this = default;
        if (_place == Place.Before && !Pass(stream, "\r\n \t\v\f"u8, Place.Method)) return ClientProtocol.NeedMore;
        if (_place == Place.Method)
        {
            while (Seen < stream.Length && HttpText.IsTokenByte(stream[Seen])) Seen++;
            if (Seen == stream.Length) return ClientProtocol.NeedMore;
            if (Seen == _start || !" \t\v\f"u8.Contains(stream[Seen])) return ClientProtocol.Unknown;
            _place = Place.Space;
        }
        if (_place == Place.Space)
        {
            if (!Pass(stream, " \t\v\f"u8, Place.Target)) return ClientProtocol.NeedMore;
            if (stream[Seen] is (byte)'/' or (byte)'*') _place = Place.Request;
        }
        return _place == Place.Request ? ClientProtocol.Http : Target(stream);
    }

    private bool Pass(ReadOnlySpan<byte> stream, scoped ReadOnlySpan<byte> blanks, Place next)
    {
        int count = stream[Seen..].IndexOfAnyExcept(blanks);
        Seen = count < 0 ? stream.Length : Seen + count;
        if (count >= 0) (_place, _start) = (next, Seen);
        return count >= 0;
    }

    private ClientProtocol Target(ReadOnlySpan<byte> stream)
    {
        // What makes it a request may have begun in the bytes that were here before.
        ReadOnlySpan<byte> target = stream[Math.Max(_start, Seen - Version.Length + 1)..];
        int end = target.IndexOfAny((byte)'\n', (byte)0);
        if (end >= 0) target = target[..end];
        if (target.IndexOf("://"u8) >= 0 || HasVersion(target)) _place = Place.Request;
        else if (end < 0) Seen = stream.Length;
        return _place == Place.Request ? ClientProtocol.Http : end >= 0 ? ClientProtocol.Unknown : ClientProtocol.NeedMore;
    }

    private static ReadOnlySpan<byte> Version => "HTTP/"u8;

    private static bool HasVersion(ReadOnlySpan<byte> text)
    {
        for (int slash; (slash = text.IndexOf((byte)'/')) >= 0; text = text[(slash + 1)..])
        {
            if (slash + 1 >= Version.Length && Ascii.EqualsIgnoreCase(text[(slash + 1 - Version.Length)..(slash + 1)], Version)) return true;
        }
        return false;
    }
}
