using System.Net;
using Exeat.Names;

namespace Exeat.Wire;

/// <summary>Reads the body of a ClientHello (RFC 8446, 4.1.2) or of a beginning of one.</summary>
internal ref struct HelloBody(Span<byte> nameBuffer)
{
    private const ushort ServerName = 0;
    private const ushort PreSharedKey = 41;
    private const ushort EarlyData = 42;
    private const ushort SupportedVersions = 43;
    private const ushort EncryptedClientHello = 0xfe0d;
    private const ushort Tls13 = 0x0304;
    private const byte HostName = 0;

    private readonly Span<byte> _nameBuffer = nameBuffer;
    private SniStatus _sni;
    private int _nameLength;
    private bool _hasEch;
    private bool _offersTls13;
    private bool _hasEarlyData;
    private ushort _version;
    private HelloProblem _problem;

    /// <summary>What was read.</summary>
    public readonly ClientHelloView View => new()
    {
        SniStatus = _sni,
        // Also of a hello that ends within its names: a second entry may have taken the first one's place.
        NameLength = _sni == SniStatus.Name ? _nameLength : 0,
        HasEch = _hasEch,
        OffersTls13 = _offersTls13,
        HasEarlyData = _hasEarlyData,
        LegacyVersion = _version,
        Problem = _problem,
    };

    /// <summary>Reads the body; NeedMore when all that is here is well and the rest is not here.</summary>
    public ReadStatus Read(scoped PrefixReader body)
    {
        ReadStatus status = ReadFields(body);
        if (status == ReadStatus.Malformed && _problem == HelloProblem.None) _problem = HelloProblem.VectorLength;
        return status;
    }

    private ReadStatus ReadFields(scoped PrefixReader body)
    {
        ReadStatus status;
        if ((status = body.ReadUInt16(out _version)) != ReadStatus.Found) return status;
        if (_version >> 8 != 3) return Fail(HelloProblem.IllegalValue);
        if ((status = body.ReadBytes(32, out _)) != ReadStatus.Found) return status;
        if ((status = body.ReadVector8(out PrefixReader sessionId)) != ReadStatus.Found) return status;
        if (sessionId.Length > 32) return Fail(HelloProblem.IllegalValue);
        if ((status = body.ReadVector16(out PrefixReader suites)) != ReadStatus.Found) return status;
        if (suites.Length == 0 || suites.Length % 2 != 0) return Fail(HelloProblem.IllegalValue);
        if ((status = body.ReadVector8(out PrefixReader compressions)) != ReadStatus.Found) return status;
        if (compressions.Length == 0) return Fail(HelloProblem.IllegalValue);
        // A hello without extensions ends here (RFC 5246, 7.4.1.2). Whether it is whole: the vector before is.
        if (body.Length == 0) return compressions.IsWhole ? ReadStatus.Found : ReadStatus.NeedMore;
        if ((status = body.ReadVector16(out PrefixReader extensions)) != ReadStatus.Found) return status;
        return body.Length == 0 ? ReadExtensions(extensions) : Fail(HelloProblem.TrailingBytes);
    }

    private ReadStatus ReadExtensions(scoped PrefixReader extensions)
    {
        Span<ushort> seen = stackalloc ushort[TlsClientHello.MaxExtensions];
        int count = 0;
        bool isWhole = extensions.IsWhole;
        while (extensions.Length > 0)
        {
            ReadStatus status;
            if ((status = extensions.ReadUInt16(out ushort type)) != ReadStatus.Found) return status;
            if (seen[..count].Contains(type)) return Fail(HelloProblem.DuplicateExtension);
            if (count == seen.Length) return Fail(HelloProblem.TooManyExtensions);
            seen[count++] = type;
            if ((status = extensions.ReadVector16(out PrefixReader extension)) != ReadStatus.Found) return status;
            status = type switch
            {
                ServerName => ReadServerName(extension),
                SupportedVersions => ReadVersions(extension),
                EarlyData => ReadEarlyData(extension),
                PreSharedKey when extensions.Length > 0 => Fail(HelloProblem.PreSharedKeyNotLast),
                EncryptedClientHello => ReadEch(),
                _ => ReadStatus.Found,
            };
            if (status != ReadStatus.Found) return status;
        }
        return isWhole ? ReadStatus.Found : ReadStatus.NeedMore;
    }

    // RFC 6066, 3: ServerName server_name_list<1..2^16-1>, each a type and (for every type so far) a vector with a two-byte length.
    private ReadStatus ReadServerName(scoped PrefixReader extension)
    {
        ReadStatus status;
        if ((status = extension.ReadVector16(out PrefixReader list)) != ReadStatus.Found) return status;
        if (extension.Length > 0) return Fail(HelloProblem.TrailingBytes);
        if (list.Length == 0) return Fail(HelloProblem.VectorLength);
        int entries = 0;
        for (; list.Length > 0; entries++)
        {
            if ((status = list.ReadByte(out byte type)) != ReadStatus.Found) return status;
            if ((status = list.ReadVector16(out PrefixReader name)) != ReadStatus.Found) return status;
            if (!name.IsWhole) return ReadStatus.NeedMore;
            _sni = type == HostName ? ReadName(name.Here) : SniStatus.Invalid;
        }
        if (entries > 1) _sni = SniStatus.Multiple;
        return ReadStatus.Found;
    }

    private SniStatus ReadName(scoped ReadOnlySpan<byte> text) => CanonicalName.TryWrite(text, _nameBuffer, out _nameLength) switch
    {
        NameProblem.None => SniStatus.Name,
        // A colon alone makes no address: "name:443" is a name to servers that pass over the port.
        NameProblem.AddressLiteral => text.ContainsAny((byte)':', (byte)'[') && !IPAddress.IsValidUtf8(text) ? SniStatus.Invalid : SniStatus.Address,
        _ => SniStatus.Invalid,
    };

    // RFC 8446, 4.2.1: ProtocolVersion versions<2..254>
    private ReadStatus ReadVersions(scoped PrefixReader extension)
    {
        ReadStatus status;
        if ((status = extension.ReadVector8(out PrefixReader versions)) != ReadStatus.Found) return status;
        if (extension.Length > 0) return Fail(HelloProblem.TrailingBytes);
        if (versions.Length == 0 || versions.Length % 2 != 0) return Fail(HelloProblem.IllegalValue);
        while (versions.Length > 0)
        {
            if ((status = versions.ReadUInt16(out ushort version)) != ReadStatus.Found) return status;
            _offersTls13 |= version == Tls13;
        }
        return ReadStatus.Found;
    }

    // RFC 8446, 4.2.10: empty in a ClientHello.
    private ReadStatus ReadEarlyData(scoped PrefixReader extension)
    {
        _hasEarlyData = true;
        return extension.Length == 0 ? ReadStatus.Found : Fail(HelloProblem.TrailingBytes);
    }

    private ReadStatus ReadEch()
    {
        _hasEch = true;
        return ReadStatus.Found;
    }

    private ReadStatus Fail(HelloProblem problem)
    {
        _problem = problem;
        return ReadStatus.Malformed;
    }
}
