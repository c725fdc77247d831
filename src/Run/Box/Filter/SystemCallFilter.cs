using System.Runtime.InteropServices;

namespace Exeat.Run.Box.Filter;

/// <summary>
/// What the kernel refuses to a contained command: sockets other than Unix and Internet ones and routing questions, typing into terminals, keys, namespaces, mounts,
/// files that lend their owner's rights, and every call newer than this list. The other instruction set of the machine, which has numbers of its own, ends the process.
/// </summary>
internal static class SystemCallFilter
{
    private const int EPERM = 1, ENOSYS = 38, EPROTONOSUPPORT = 93, EAFNOSUPPORT = 97;
    private const uint AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10, AF_NETLINK = 16, NETLINK_ROUTE = 0, SOCK_PACKET = 10, SOCK_TYPE_MASK = 0xf;
    // TIOCSTI types into a terminal, TIOCLINUX pastes into a console, TIOCSETD loads line disciplines.
    private const uint TIOCSTI = 0x5412, TIOCLINUX = 0x541c, TIOCSETD = 0x5423;
    // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET; NEWTIME only where the lowest byte is not a signal.
    private const uint NewNamespaces = 0x7e020000, NewTimeNamespace = 0x80;
    private const uint SetUserOrGroup = 0xc00, O_CREAT = 0x40, O_TMPFILE = 0x400000;
    private const uint X32Bit = 0x40000000, AUDIT_ARCH_X86_64 = 0xc000003e, AUDIT_ARCH_AARCH64 = 0xc00000b7;

    // Any, ICMP, TCP, UDP, ICMPv6. No multipath TCP: one connection would come in pieces over several. No SCTP, DCCP, L2TP: parts of the kernel that few have walked.
    private static readonly uint[] InternetProtocols = [0, 1, 6, 17, 58];

    /// <summary>The filter for this machine, as seccomp(2) takes it; null where none has been written.</summary>
    public static byte[]? ForThisMachine() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => For(Machine.X64).ToBytes(),
        Architecture.Arm64 => For(Machine.Arm64).ToBytes(),
        _ => null,
    };

    public static FilterProgram For(Machine machine)
    {
        var program = new FilterProgram();
        program.OnlyArchitecture(machine == Machine.Arm64 ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_X86_64);
        if (machine == Machine.X64) program.KillFrom(X32Bit);
        program.DenyAbove(SystemCalls.Newest, ENOSYS);
        foreach (SystemCall call in SystemCalls.Refused) Each(call, number => program.DenyCall(number, EPERM));
        foreach (SystemCall call in SystemCalls.Rings) Each(call, number => program.DenyCall(number, ENOSYS));
        // Their arguments lie in memory, where no filter sees them; programs fall back to the older calls.
        Each(SystemCalls.Clone3, number => program.DenyCall(number, ENOSYS));
        Each(SystemCalls.OpenAt2, number => program.DenyCall(number, ENOSYS));
        Each(SystemCalls.Clone, number => program.When(number, block => WithoutBits(block, 0, NewNamespaces)));
        Each(SystemCalls.Unshare, number => program.When(number, block => WithoutBits(block, 0, NewNamespaces | NewTimeNamespace)));
        Each(SystemCalls.Ioctl, number => program.When(number, Terminals));
        Each(SystemCalls.Socket, number => program.When(number, Sockets));
        Each(SystemCalls.SocketPair, number => program.When(number, block =>
        {
            block.LoadArgument(0);
            block.DenyUnlessOneOf([AF_UNIX], EAFNOSUPPORT);
            block.Allow();
        }));
        foreach ((SystemCall call, int mode) in SystemCalls.Modes) Each(call, number => program.When(number, block => WithoutBits(block, mode, SetUserOrGroup)));
        foreach ((SystemCall call, int flags) in SystemCalls.Opens)
        {
            Each(call, number => program.When(number, block =>
            {
                block.LoadArgument(flags);
                block.AllowUnlessAnyBit(O_CREAT | O_TMPFILE);
                WithoutBits(block, flags + 1, SetUserOrGroup);
            }));
        }
        program.Allow();
        return program;

        void Each(SystemCall call, Action<int> rule)
        {
            if (call.On(machine) is { } number) rule(number);
        }
    }

    private static void WithoutBits(FilterProgram block, int argument, uint bits)
    {
        block.LoadArgument(argument);
        block.DenyIfAnyBit(bits, EPERM);
        block.Allow();
    }

    private static void Terminals(FilterProgram block)
    {
        block.LoadArgument(1);
        block.DenyIf(TIOCSTI, EPERM);
        block.DenyIf(TIOCLINUX, EPERM);
        block.DenyIf(TIOCSETD, EPERM);
        block.Allow();
    }

    private static void Sockets(FilterProgram block)
    {
        block.LoadArgument(0);
        block.AllowIf(AF_UNIX);
        block.When(AF_NETLINK, netlink =>
        {
            netlink.LoadArgument(2);
            netlink.DenyUnlessOneOf([NETLINK_ROUTE], EPROTONOSUPPORT);
            netlink.Allow();
        });
        block.DenyUnlessOneOf([AF_INET, AF_INET6], EAFNOSUPPORT);
        // The old way to a packet socket.
        block.LoadArgument(1);
        block.Mask(SOCK_TYPE_MASK);
        block.DenyIf(SOCK_PACKET, EAFNOSUPPORT);
        block.LoadArgument(2);
        block.DenyUnlessOneOf(InternetProtocols, EPROTONOSUPPORT);
        block.Allow();
    }
}
