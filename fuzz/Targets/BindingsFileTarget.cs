using System.Buffers.Binary;
using System.Numerics;
using Exeat.Gateway.Bindings;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exeat.Fuzz.Targets;

/// <summary>The bindings file as a damaged disk, or somebody else, may leave it; and once more with every checksum mended, which mutations would never hit.</summary>
internal sealed class BindingsFileTarget : IFuzzTarget
{
    private const int HeaderBytes = 24, RecordHeaderBytes = 6;

    private readonly byte[] _room = new byte[BindingRecord.MaxBytes];

    public string Name => "bindings-file";

    public void Run(ReadOnlySpan<byte> input)
    {
        using var file = new BindingFile(Path.GetTempPath(), TimeProvider.System, NullLogger.Instance, new byte[16], 0);
        Check(file.Read(input, out _, out _));
        byte[] mended = input.ToArray();
        for (int at = HeaderBytes; at + RecordHeaderBytes <= mended.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(mended.AsSpan(at)), end = at + RecordHeaderBytes + length;
            if (end > mended.Length) break;
            BinaryPrimitives.WriteUInt32BigEndian(mended.AsSpan(at + 2), Crc(mended.AsSpan(at + RecordHeaderBytes, length)));
            at = end;
        }
        Check(file.Read(mended, out _, out _));
    }

    private void Check(IReadOnlyCollection<BindingRecord> read)
    {
        foreach (BindingRecord record in read)
        {
            Promise.Holds(record.Address.IsKnown && record.Name.Bytes.Length > 0 && record.Via.Length <= BindingRecord.MostAliases, "a binding that was read is whole");
            int written = record.Write(_room);
            // An id that was no UTF-8 may not fit its place once it is.
            if (written == 0) continue;
            Promise.Holds(BindingRecord.TryRead(_room.AsSpan(0, written), out BindingRecord? again, out int length) && length == written, "what was read can be written and read again");
            Promise.Holds(again!.Name.Equals(record.Name) && again.Address == record.Address && again.Agent == record.Agent && again.EndWallMs == record.EndWallMs, "as the same binding");
        }
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
