using System.Buffers.Binary;

namespace Exeat.Wire.Tests.Differential;

/// <summary>Writes a capture file of bare IP packets (pcap, LINKTYPE_RAW).</summary>
internal static class Pcap
{
    private const uint Magic = 0xa1b2c3d4;
    private const uint RawIp = 101;
    private const uint SnapBytes = 1 << 18;

    public static void Write(string path, IReadOnlyList<byte[]> packets)
    {
        using FileStream file = File.Create(path);
        Span<byte> words = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(words, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(words[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(words[6..], 4);
        words[8..16].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(words[16..], SnapBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(words[20..], RawIp);
        file.Write(words);
        for (int i = 0; i < packets.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(words, 1_700_000_000u + (uint)i / 1000);
            BinaryPrimitives.WriteUInt32LittleEndian(words[4..], (uint)i % 1000 * 1000);
            BinaryPrimitives.WriteUInt32LittleEndian(words[8..], (uint)packets[i].Length);
            BinaryPrimitives.WriteUInt32LittleEndian(words[12..], (uint)packets[i].Length);
            file.Write(words[..16]);
            file.Write(packets[i]);
        }
    }
}
