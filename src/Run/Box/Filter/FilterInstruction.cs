using System.Buffers.Binary;

namespace Exeat.Run.Box.Filter;

/// <summary>struct sock_filter: one instruction of the kernel's classic packet filter, which also judges system calls (seccomp(2)).</summary>
internal readonly record struct FilterInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Value)
{
    public const int Bytes = 8;

    public void WriteTo(Span<byte> room)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(room, Code);
        room[2] = IfTrue;
        room[3] = IfFalse;
        BinaryPrimitives.WriteUInt32LittleEndian(room[4..], Value);
    }
}
