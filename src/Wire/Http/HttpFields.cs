using System.Text;

namespace Exeat.Wire;

/// <summary>The fields of a request that say whom it is for and where it ends, each at most once (RFC 9112, 3.2 and 6.3).</summary>
internal struct HttpFields
{
    // 18 digits: more than any disk, and within a long.
    private const int MostDigits = 18;

    private bool _hasHost;
    private bool _hasLength;
    private bool _hasCoding;
    private long _length;

    /// <summary>Where in the head its value lies.</summary>
    public Range Host { get; private set; }

    public readonly long BodyBytes => _hasCoding ? HttpHeadView.Chunked : _length;

    /// <summary>
    /// Takes one line, which begins at <paramref name="at"/>: field-name ":" OWS field-value OWS. A line that begins with a space (obs-fold) has no token for a name (RFC 9112, 5).
    /// </summary>
    public HttpProblem Add(ReadOnlySpan<byte> line, int at)
    {
        int colon = line.IndexOf((byte)':');
        if (colon < 1 || !HttpText.IsToken(line[..colon])) return HttpProblem.Ambiguous;
        ReadOnlySpan<byte> name = line[..colon], value = line[(colon + 1)..].TrimStart(" \t"u8);
        int start = at + line.Length - value.Length;
        value = value.TrimEnd(" \t"u8);
        if (HttpText.HasControl(value)) return HttpProblem.Ambiguous;
        if (Ascii.EqualsIgnoreCase(name, "upgrade"u8) || Ascii.EqualsIgnoreCase(name, "http2-settings"u8)) return HttpProblem.Upgrade;
        if (Ascii.EqualsIgnoreCase(name, "host"u8)) return AddHost(start..(start + value.Length));
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8)) return AddLength(value);
        if (Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8)) return AddCoding(value);
        return HttpProblem.None;
    }

    /// <summary>What can be said only of all fields together.</summary>
    public readonly HttpProblem Check(bool isOld)
    {
        if (!_hasHost && !isOld) return HttpProblem.Ambiguous;
        // A length and chunks together is how requests are smuggled (RFC 9112, 6.1); HTTP/1.0 has no chunks.
        return _hasCoding && (_hasLength || isOld) ? HttpProblem.Ambiguous : HttpProblem.None;
    }

    private HttpProblem AddHost(Range value)
    {
        if (_hasHost) return HttpProblem.Ambiguous;
        _hasHost = true;
        Host = value;
        return HttpProblem.None;
    }

    private HttpProblem AddLength(ReadOnlySpan<byte> value)
    {
        if (_hasLength || value.IsEmpty || value.Length > MostDigits || value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) return HttpProblem.Ambiguous;
        foreach (byte digit in value) _length = _length * 10 + digit - '0';
        _hasLength = true;
        return HttpProblem.None;
    }

    private HttpProblem AddCoding(ReadOnlySpan<byte> value)
    {
        if (_hasCoding || !Ascii.EqualsIgnoreCase(value, "chunked"u8)) return HttpProblem.Ambiguous;
        _hasCoding = true;
        return HttpProblem.None;
    }
}
