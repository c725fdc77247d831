using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Exeat.Store;

/// <summary>One acknowledged batch in a write-ahead file: a head line <c>exeat-wal 1 RECEIVED BYTES CRC GATEWAY</c>, then the events as they were sent, one a line.</summary>
internal readonly ref struct WriteAheadBatch
{
    /// <summary>The largest batch that is taken; a gateway ships some hundred kilobytes.</summary>
    public const int MaxBytes = 32 << 20;

    private const int MaxHeadBytes = 2048;

    private static ReadOnlySpan<byte> Magic => "exeat-wal 1 "u8;

    public string Gateway { get; private init; }

    public DateTimeOffset Received { get; private init; }

    public ReadOnlySpan<byte> Lines { get; private init; }

    /// <summary>The head line of a batch; the lines follow it.</summary>
    public static byte[] Head(string gateway, DateTimeOffset received, ReadOnlySpan<byte> lines) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"exeat-wal 1 {Microseconds.Of(received)} {lines.Length} {Checksum(lines)} {Convert.ToBase64String(Encoding.UTF8.GetBytes(gateway))}\n"));

    /// <summary>Reads the batch at the beginning; what is torn or was changed is no batch.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WriteAheadBatch batch, out int used)
    {
        batch = default;
        used = 0;
        int end = bytes[..Math.Min(bytes.Length, MaxHeadBytes)].IndexOf((byte)'\n');
        if (end < 0 || !bytes.StartsWith(Magic)) return false;
        ReadOnlySpan<byte> head = bytes[Magic.Length..end];
        if (!Number(ref head, out long received) || !Number(ref head, out long length) || !Number(ref head, out long checksum)) return false;
        // One more: the end of the last line, which the sender may have left out.
        if (length > MaxBytes + 1 || length > bytes.Length - end - 1 || received > 253_402_300_799_000_000) return false;
        ReadOnlySpan<byte> lines = bytes.Slice(end + 1, (int)length);
        if (Checksum(lines) != checksum) return false;
        Span<byte> name = stackalloc byte[MaxHeadBytes];
        if (Base64.DecodeFromUtf8(head, name, out _, out int written) != System.Buffers.OperationStatus.Done || written == 0) return false;
        batch = new WriteAheadBatch { Gateway = Encoding.UTF8.GetString(name[..written]), Received = Microseconds.Time(received), Lines = lines };
        used = end + 1 + (int)length;
        return true;
    }

    private static bool Number(ref ReadOnlySpan<byte> head, out long number)
    {
        if (!Utf8Parser.TryParse(head, out number, out int used) || number < 0 || used >= head.Length || head[used] != (byte)' ') return false;
        head = head[(used + 1)..];
        return true;
    }

    // CRC-32C by the processor's instruction.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = ~0u;
        while (bytes.Length >= 8)
        {
            sum = BitOperations.Crc32C(sum, System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (byte b in bytes) sum = BitOperations.Crc32C(sum, b);
        return ~sum;
    }
}
