using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Exeat.Lab.World;

/// <summary>Answers DNS questions for the world's names. Written on its own, so that it does not share a mistake with the resolver it is used to try.</summary>
internal static class DnsZone
{
    private const int HeaderBytes = 12, TypeA = 1, TypeCname = 5, TypeTxt = 16, TypeAaaa = 28, TypeHttps = 65, TimeToLive = 30;
    private const ushort FormatError = 1, NameError = 3;

    /// <summary>Builds the answer to a question; null when the bytes are no question.</summary>
    public static byte[]? Answer(ReadOnlySpan<byte> message, Action<string, int> asked)
    {
        if (message.Length < HeaderBytes || (message[2] & 0x80) != 0) return null;
        if (!TryReadQuestion(message, out string name, out int type, out int end)) return Head(message, HeaderBytes, FormatError, 0).ToArray();
        asked(name, type);
        if (name.EndsWith(HostileZone.Suffix, StringComparison.Ordinal)) return HostileZone.Answer(message, end, name, type);
        Place? place = WorldMap.Find(name);
        if (place is null) return Head(message, end, NameError, 0).ToArray();
        List<byte[]> records = Records(name, type, place);
        using MemoryStream answer = Head(message, end, 0, records.Count);
        foreach (byte[] record in records) answer.Write(record);
        return answer.ToArray();
    }

    /// <summary>The head of an answer that does not fit a datagram: ask again over TCP.</summary>
    public static byte[] Cut(ReadOnlySpan<byte> message)
    {
        if (!TryReadQuestion(message, out _, out _, out int end)) end = HeaderBytes;
        byte[] cut = Head(message, end, 0, 0).ToArray();
        cut[2] |= 2;
        return cut;
    }

    private static List<byte[]> Records(string name, int type, Place place)
    {
        List<byte[]> records = [];
        byte[] owner = [0xc0, HeaderBytes];
        if (name == WorldMap.Alias && (type is TypeA or TypeAaaa or TypeHttps))
        {
            byte[] target = Encode(WorldMap.AliasTarget);
            records.Add(Record(owner, TypeCname, target));
            owner = target;
        }
        byte[]? content = type switch
        {
            TypeA => IPAddress.Parse(place.Address4).GetAddressBytes(),
            TypeAaaa => IPAddress.Parse(place.Address6).GetAddressBytes(),
            TypeTxt => [3, .. "lab"u8],
            TypeHttps => ServiceBinding(place),
            _ => null,
        };
        if (content is not null) records.Add(Record(owner, type, content));
        return records;
    }

    // Priority 1, target ".", alpn=h2,http/1.1, ipv4hint, and an ech value that a resolver in the middle has to take out (RFC 9460, 2.2; key 5 is ech). It is no real one:
    // browsers refuse to go on with it, so it is left out where they go.
    private static byte[] ServiceBinding(Place place) =>
    [
        0, 1, 0,
        0, 1, 0, 12, 2, .. "h2"u8, 8, .. "http/1.1"u8,
        0, 4, 0, 4, .. IPAddress.Parse(place.Address4).GetAddressBytes(),
        .. place == WorldMap.Tools ? (byte[])[] : [0, 5, 0, 8, 0, 6, 0xfe, 0x0d, 0, 2, 0xab, 0xcd],
    ];

    /// <summary>One record.</summary>
    public static byte[] Record(byte[] owner, int type, byte[] content) =>
        [.. owner, (byte)(type >> 8), (byte)type, 0, 1, 0, 0, 0, TimeToLive, (byte)(content.Length >> 8), (byte)content.Length, .. content];

    // Same id and question, as an authoritative answer with recursion offered; nothing else of the question is repeated.
    internal static MemoryStream Head(ReadOnlySpan<byte> question, int end, ushort status, int answers)
    {
        var head = new MemoryStream();
        head.Write(question[..end]);
        Span<byte> bytes = head.GetBuffer().AsSpan(0, HeaderBytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)(0x8480 | ((question[2] & 1) << 8) | status));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)(end > HeaderBytes ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)answers);
        bytes[8..].Clear();
        return head;
    }

    private static bool TryReadQuestion(ReadOnlySpan<byte> message, out string name, out int type, out int end)
    {
        (name, type, end) = ("", 0, HeaderBytes);
        var text = new StringBuilder();
        int at = HeaderBytes;
        while (at < message.Length && message[at] != 0)
        {
            int length = message[at];
            if (length > 63 || at + 1 + length > message.Length) return false;
            if (text.Length > 0) text.Append('.');
            text.Append(Encoding.ASCII.GetString(message.Slice(at + 1, length)));
            at += 1 + length;
        }
        if (at + 5 > message.Length) return false;
        name = text.ToString().ToLowerInvariant();
        type = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]);
        end = at + 5;
        return true;
    }

    /// <summary>A name as the wire has it.</summary>
    public static byte[] Encode(string name) =>
        [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
}
