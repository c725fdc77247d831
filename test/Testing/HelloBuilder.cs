using System.Text;

namespace Exeat.Testing;

/// <summary>Builds ClientHellos (RFC 8446, 4.1.2), well or badly formed. Change what a test is about; the rest is like a modern client's.</summary>
public sealed record HelloBuilder
{
    /// <summary>The record header and the handshake header.</summary>
    public const int HeaderBytes = 5 + 4;

    /// <summary>Entries of server_name, as (type, bytes); null leaves the extension out.</summary>
    public IReadOnlyList<(byte Type, byte[] Name)>? ServerNames { get; init; }

    /// <summary>legacy_version.</summary>
    public ushort Version { get; init; } = 0x0303;

    /// <summary>What supported_versions offers; empty leaves the extension out.</summary>
    public IReadOnlyList<ushort> SupportedVersions { get; init; } = [0x0304, 0x0303];

    /// <summary>legacy_session_id.</summary>
    public byte[] SessionId { get; init; } = new byte[32];

    /// <summary>Adds early_data.</summary>
    public bool EarlyData { get; init; }

    /// <summary>Adds encrypted_client_hello with bytes that mean nothing, as Chromium does.</summary>
    public bool Ech { get; init; }

    /// <summary>Size of key_share: 1,216 and more for post-quantum groups.</summary>
    public int KeyShareBytes { get; init; } = 36;

    /// <summary>More extensions, behind the others.</summary>
    public IReadOnlyList<(ushort Type, byte[] Body)> Extra { get; init; } = [];

    /// <summary>Puts the extensions in an order made from this seed; null keeps server_name first.</summary>
    public int? ShuffleSeed { get; init; }

    /// <summary>Leaves out the extensions' vector altogether.</summary>
    public bool WithoutExtensions { get; init; }

    /// <summary>Bytes behind the extensions, inside the message.</summary>
    public byte[] Trailing { get; init; } = [];

    /// <summary>A hello that names one host.</summary>
    public static HelloBuilder For(string name) => new() { ServerNames = [(0, Encoding.ASCII.GetBytes(name))] };

    /// <summary>The handshake message.</summary>
    public byte[] Message()
    {
        ByteList body = new ByteList().UInt16(Version).Bytes(new byte[32]).Vector8(SessionId)
            .Vector16(0x2a, 0x2a, 0x13, 0x01, 0x13, 0x02, 0xc0, 0x2f).Vector8(0);
        if (!WithoutExtensions) body.Vector16(Extensions());
        byte[] bytes = body.Bytes(Trailing).ToArray();
        return new ByteList().Byte(1).Byte(bytes.Length >> 16).UInt16(bytes.Length & 0xffff).Bytes(bytes).ToArray();
    }

    /// <summary>The message in one record, or in records of the given sizes (the last takes the rest).</summary>
    public byte[] Build(params IReadOnlyList<int> cuts) => Records(Message(), cuts);

    /// <summary>Puts a message into handshake records; sizes beyond its end are left out.</summary>
    public static byte[] Records(byte[] message, params IReadOnlyList<int> cuts)
    {
        var stream = new ByteList();
        int at = 0;
        foreach (int cut in cuts)
        {
            if (at + cut > message.Length) break;
            stream.Byte(22).UInt16(0x0301).Vector16(message.AsSpan(at, cut));
            at += cut;
        }
        return at == message.Length ? stream.ToArray() : stream.Byte(22).UInt16(0x0301).Vector16(message.AsSpan(at)).ToArray();
    }

    /// <summary>The vector of extensions, without its length.</summary>
    public byte[] Extensions()
    {
        List<(ushort Type, byte[] Body)> list = [];
        if (ServerNames is not null) list.Add((0, ServerName(ServerNames)));
        list.Add((0x1a1a, []));
        list.Add((16, [0, 12, 2, (byte)'h', (byte)'2', 8, .. "http/1.1"u8]));
        if (SupportedVersions.Count > 0) list.Add((43, Versions()));
        if (EarlyData) list.Add((42, []));
        if (Ech) list.Add((0xfe0d, new byte[186]));
        list.Add((51, new ByteList().Vector16(new byte[KeyShareBytes]).ToArray()));
        list.AddRange(Extra);
        if (ShuffleSeed is int seed)
        {
            var random = new Random(seed);
            list = [.. list.OrderBy(_ => random.Next())];
        }
        var bytes = new ByteList();
        foreach ((ushort type, byte[] body) in list) bytes.UInt16(type).Vector16(body);
        return bytes.ToArray();
    }

    /// <summary>The body of a server_name extension.</summary>
    public static byte[] ServerName(IEnumerable<(byte Type, byte[] Name)> names)
    {
        var list = new ByteList();
        foreach ((byte type, byte[] name) in names) list.Byte(type).Vector16(name);
        return new ByteList().Vector16(list.ToArray()).ToArray();
    }

    private byte[] Versions()
    {
        var versions = new ByteList();
        foreach (ushort version in SupportedVersions) versions.UInt16(version);
        return new ByteList().Vector8(versions.ToArray()).ToArray();
    }
}
