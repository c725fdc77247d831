using Exeat.Run.Box.Filter;

namespace Exeat.Run.Tests.Filters;

public sealed class SystemCallFilterTests
{
    private const uint X64 = 0xc000003e, Arm64 = 0xc00000b7, I386 = 0x40000003, Arm32 = 0x40000028;
    private const uint EPERM = 1, ENOSYS = 38, EPROTONOSUPPORT = 93, EAFNOSUPPORT = 97;
    // What the kernel takes at most (BPF_MAXINSNS).
    private const int MostInstructions = 4096;

    private static readonly byte[] ForX64 = SystemCallFilter.For(Machine.X64).ToBytes(), ForArm64 = SystemCallFilter.For(Machine.Arm64).ToBytes();

    [Fact]
    public void K14_other_instruction_sets_end_the_process()
    {
        Assert.Equal(FilterMachine.Kill, FilterMachine.Run(ForX64, I386, 20));
        Assert.Equal(FilterMachine.Kill, FilterMachine.Run(ForX64, Arm64, 20));
        Assert.Equal(FilterMachine.Kill, FilterMachine.Run(ForX64, X64, 0x40000000));
        Assert.Equal(FilterMachine.Kill, FilterMachine.Run(ForX64, X64, 0xffffffff));
        Assert.Equal(FilterMachine.Kill, FilterMachine.Run(ForArm64, Arm32, 20));
        Assert.Equal(FilterMachine.Kill, FilterMachine.Run(ForArm64, X64, 20));
    }

    [Fact]
    public void K14_every_call_is_allowed_refused_or_unknown_as_it_is_written()
    {
        foreach ((Machine machine, byte[] program, uint architecture) in ((Machine, byte[], uint)[])[(Machine.X64, ForX64, X64), (Machine.Arm64, ForArm64, Arm64)])
        {
            HashSet<int> refused = [.. SystemCalls.Refused.Select(call => call.On(machine)).OfType<int>()];
            HashSet<int> missing = [.. SystemCalls.Rings.Append(SystemCalls.Clone3).Append(SystemCalls.OpenAt2).Select(call => call.On(machine)).OfType<int>()];
            HashSet<int> judged = [.. new[] { SystemCalls.Socket, SystemCalls.SocketPair }.Select(call => call.On(machine)).OfType<int>()];
            for (int number = 0; number < 1000; number++)
            {
                if (judged.Contains(number)) continue;
                uint wanted = refused.Contains(number) ? FilterMachine.Errno | EPERM : missing.Contains(number) || number > SystemCalls.Newest ? FilterMachine.Errno | ENOSYS : FilterMachine.Allow;
                Assert.Equal((machine, number, wanted), (machine, number, FilterMachine.Run(program, architecture, (uint)number)));
            }
        }
    }

    [Fact]
    public void K14_only_unix_internet_and_routing_sockets_can_be_made()
    {
        for (ulong family = 0; family < 64; family++)
        {
            uint wanted = family is 1 or 2 or 10 or 16 ? FilterMachine.Allow : FilterMachine.Errno | EAFNOSUPPORT;
            Assert.Equal(wanted, FilterMachine.Run(ForX64, X64, 41, family, 1, 0));
            Assert.Equal(wanted, FilterMachine.Run(ForArm64, Arm64, 198, family, 1, 0));
            // The kernel takes an int: what is above it says nothing.
            Assert.Equal(wanted, FilterMachine.Run(ForX64, X64, 41, family | 0xdead_0000_0000, 1, 0));
        }
        for (ulong protocol = 0; protocol < 300; protocol++)
        {
            Assert.Equal(protocol is 0 or 1 or 6 or 17 or 58 ? FilterMachine.Allow : FilterMachine.Errno | EPROTONOSUPPORT, FilterMachine.Run(ForX64, X64, 41, 2, 1, protocol));
            Assert.Equal(protocol == 0 ? FilterMachine.Allow : FilterMachine.Errno | EPROTONOSUPPORT, FilterMachine.Run(ForX64, X64, 41, 16, 3, protocol));
        }
    }

    [Fact]
    public void K16_typing_into_terminals_is_refused_whatever_the_upper_half_says()
    {
        foreach (ulong request in (ulong[])[0x5412, 0x541c, 0x5423, 0xffffffff00005412]) Assert.Equal(FilterMachine.Errno | EPERM, FilterMachine.Run(ForX64, X64, 16, 0, request));
        foreach (ulong request in (ulong[])[0x5401, 0x5413, 0x540f]) Assert.Equal(FilterMachine.Allow, FilterMachine.Run(ForX64, X64, 16, 0, request));
    }

    [Fact]
    public void K14_namespaces_come_by_no_flag()
    {
        const ulong ThreadFlags = 0x3d0f00;
        Assert.Equal(FilterMachine.Allow, FilterMachine.Run(ForX64, X64, 56, ThreadFlags));
        Assert.Equal(FilterMachine.Allow, FilterMachine.Run(ForX64, X64, 56, 17));
        foreach (int bit in (int[])[17, 25, 26, 27, 28, 29, 30])
        {
            Assert.Equal(FilterMachine.Errno | EPERM, FilterMachine.Run(ForX64, X64, 56, ThreadFlags | (1ul << bit)));
            Assert.Equal(FilterMachine.Errno | EPERM, FilterMachine.Run(ForArm64, Arm64, 97, 1ul << bit));
        }
    }

    [Fact]
    public void K16_files_that_lend_rights_are_not_made()
    {
        Assert.Equal(FilterMachine.Errno | EPERM, FilterMachine.Run(ForX64, X64, 90, 0, 0x9ed));
        Assert.Equal(FilterMachine.Allow, FilterMachine.Run(ForX64, X64, 90, 0, 0x1ed));
        Assert.Equal(FilterMachine.Errno | EPERM, FilterMachine.Run(ForX64, X64, 257, 0, 0, 0x41, 0x9ed));
        // Without making a file the mode is whatever the register holds.
        Assert.Equal(FilterMachine.Allow, FilterMachine.Run(ForX64, X64, 257, 0, 0, 0, 0x9ed));
    }

    [Fact]
    public void The_kernel_takes_it() => Assert.InRange(ForX64.Length / FilterInstruction.Bytes, 1, MostInstructions);
}
