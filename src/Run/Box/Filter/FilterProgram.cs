namespace Exeat.Run.Box.Filter;

/// <summary>Collects instructions that judge a system call. Each block ends in an answer, so that blocks can simply follow each other.</summary>
internal sealed class FilterProgram
{
    // linux/bpf_common.h and linux/seccomp.h.
    private const ushort Load = 0x20, And = 0x54, JumpEqual = 0x15, JumpGreater = 0x25, JumpGreaterOrEqual = 0x35, JumpSet = 0x45, Return = 0x06;
    private const uint AnswerAllow = 0x7fff0000, AnswerErrno = 0x00050000, AnswerKill = 0x80000000;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, ArgumentsOffset = 16;

    private readonly List<FilterInstruction> _instructions = [];

    public int Length => _instructions.Count;

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Length * FilterInstruction.Bytes];
        for (int i = 0; i < Length; i++) _instructions[i].WriteTo(bytes.AsSpan(i * FilterInstruction.Bytes));
        return bytes;
    }

    /// <summary>Another instruction set than this one ends the process: its numbers mean other calls.</summary>
    public void OnlyArchitecture(uint architecture)
    {
        Add(Load, ArchitectureOffset);
        Jump(JumpEqual, architecture, 1, 0);
        Kill();
        Add(Load, NumberOffset);
    }

    public void KillFrom(uint number)
    {
        Jump(JumpGreaterOrEqual, number, 0, 1);
        Kill();
    }

    public void DenyAbove(uint number, int errno)
    {
        Jump(JumpGreater, number, 0, 1);
        Deny(errno);
    }

    public void DenyCall(int number, int errno) => When(number, block => block.Deny(errno));

    /// <summary>What happens to one call; the block has to answer in every case.</summary>
    public void When(int number, Action<FilterProgram> block) => When((uint)number, block);

    /// <summary>The same for the value that was loaded last.</summary>
    public void When(uint value, Action<FilterProgram> block)
    {
        var inner = new FilterProgram();
        block(inner);
        Jump(JumpEqual, value, 0, checked((byte)inner.Length));
        _instructions.AddRange(inner._instructions);
    }

    /// <summary>Loads the lower half of an argument: all that the kernel looks at where it takes an int.</summary>
    public void LoadArgument(int index) => Add(Load, ArgumentsOffset + (uint)(8 * index));

    public void Mask(uint bits) => Add(And, bits);

    public void DenyIfAnyBit(uint bits, int errno)
    {
        Jump(JumpSet, bits, 0, 1);
        Deny(errno);
    }

    public void AllowUnlessAnyBit(uint bits)
    {
        Jump(JumpSet, bits, 1, 0);
        Allow();
    }

    public void DenyIf(uint value, int errno)
    {
        Jump(JumpEqual, value, 0, 1);
        Deny(errno);
    }

    public void AllowIf(uint value)
    {
        Jump(JumpEqual, value, 0, 1);
        Allow();
    }

    public void DenyUnlessOneOf(ReadOnlySpan<uint> values, int errno)
    {
        for (int i = 0; i < values.Length; i++) Jump(JumpEqual, values[i], checked((byte)(values.Length - i)), 0);
        Deny(errno);
    }

    public void Allow() => Add(Return, AnswerAllow);

    public void Deny(int errno) => Add(Return, AnswerErrno | (uint)errno);

    private void Kill() => Add(Return, AnswerKill);

    private void Add(ushort code, uint value) => _instructions.Add(new FilterInstruction(code, 0, 0, value));

    private void Jump(ushort code, uint value, byte ifTrue, byte ifFalse) => _instructions.Add(new FilterInstruction(code, ifTrue, ifFalse, value));
}
