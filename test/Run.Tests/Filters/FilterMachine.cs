using System.Buffers.Binary;

namespace Exeat.Run.Tests.Filters;

/// <summary>Runs a filter as the kernel does (linux/filter.h), for calls that no test machine can make.</summary>
internal static class FilterMachine
{
    public const uint Allow = 0x7fff0000, Errno = 0x00050000, Kill = 0x80000000;

    public static uint Run(ReadOnlySpan<byte> program, uint architecture, uint number, params ReadOnlySpan<ulong> arguments)
    {
        Span<byte> call = stackalloc byte[64];
        call.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(call, number);
        BinaryPrimitives.WriteUInt32LittleEndian(call[4..], architecture);
        for (int i = 0; i < arguments.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(call[(16 + (8 * i))..], arguments[i]);
        uint accumulator = 0;
        for (int at = 0; ; at++)
        {
            ReadOnlySpan<byte> instruction = program.Slice(at * 8, 8);
            uint value = BinaryPrimitives.ReadUInt32LittleEndian(instruction[4..]);
            bool jump;
            switch (BinaryPrimitives.ReadUInt16LittleEndian(instruction))
            {
                case 0x20:
                    accumulator = BinaryPrimitives.ReadUInt32LittleEndian(call[(int)value..]);
                    continue;
                case 0x54:
                    accumulator &= value;
                    continue;
                case 0x06:
                    return value;
                case 0x15:
                    jump = accumulator == value;
                    break;
                case 0x25:
                    jump = accumulator > value;
                    break;
                case 0x35:
                    jump = accumulator >= value;
                    break;
                case 0x45:
                    jump = (accumulator & value) != 0;
                    break;
                default:
                    throw new InvalidOperationException($"no such instruction at {at}");
            }
            at += jump ? instruction[2] : instruction[3];
        }
    }
}
