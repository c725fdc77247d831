using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>How a terminal is set: what typed bytes do, and its size.</summary>
public sealed class TerminalState
{
    // The kernel's struct termios: four words of flags, the line discipline, 19 control characters.
    private const int StructureBytes = 64, InputFlags = 0, OutputFlags = 1, ControlFlags = 2, LocalFlags = 3, CharacterOffset = 17, VMIN = 6, VTIME = 5;
    private const uint IGNBRK = 1, BRKINT = 2, PARMRK = 8, ISTRIP = 0x20, INLCR = 0x40, IGNCR = 0x80, ICRNL = 0x100, IXON = 0x400;
    private const uint OPOST = 1, CSIZE = 0x30, CS8 = 0x30, PARENB = 0x100, ECHO = 8, ECHONL = 0x40, ICANON = 2, ISIG = 1, IEXTEN = 0x8000;

    private readonly byte[] _structure;

    private TerminalState(byte[] structure) => _structure = structure;

    /// <summary>Whether an open file is a terminal.</summary>
    public static bool IsTerminal(Handle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Libc.IsTerminal(file.Descriptor) == 1;
    }

    /// <summary>Reads it.</summary>
    public static unsafe TerminalState Of(Handle terminal)
    {
        byte[] structure = new byte[StructureBytes];
        fixed (byte* start = structure)
        {
            if (Libc.Control(terminal.Descriptor, Libc.TCGETS, start) != 0) throw new KernelException("terminal: read its state", "", Libc.LastError);
        }
        return new TerminalState(structure);
    }

    /// <summary>Whether two are set the same.</summary>
    public bool SameAs(TerminalState other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return _structure.AsSpan().SequenceEqual(other._structure);
    }

    /// <summary>Sets it, also from the background: who asks has the terminal, or gives it back.</summary>
    public unsafe void Set(Handle terminal)
    {
        BlockJobSignals();
        fixed (byte* start = _structure)
        {
            // One that is hung up has no state any more.
            if (Libc.Control(terminal.Descriptor, Libc.TCSETS, start) != 0 && Libc.LastError != Errno.EIO) throw new KernelException("terminal: set its state", "", Libc.LastError);
        }
    }

    /// <summary>The same, but every byte passes as it is (cfmakeraw(3)).</summary>
    public TerminalState Raw()
    {
        byte[] structure = [.. _structure];
        Span<uint> flags = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(structure.AsSpan(0, 16));
        flags[InputFlags] &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        flags[OutputFlags] &= ~OPOST;
        flags[LocalFlags] &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
        flags[ControlFlags] = (flags[ControlFlags] & ~(CSIZE | PARENB)) | CS8;
        structure[CharacterOffset + VMIN] = 1;
        structure[CharacterOffset + VTIME] = 0;
        return new TerminalState(structure);
    }

    /// <summary>The same, but what is written passes as it is.</summary>
    public TerminalState RawOutput()
    {
        byte[] structure = [.. _structure];
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(structure.AsSpan(0, 16))[OutputFlags] &= ~OPOST;
        return new TerminalState(structure);
    }

    /// <summary>Gives one terminal the size of another. Who has it in the foreground is told by the kernel.</summary>
    public static unsafe void CopySize(Handle from, Handle to)
    {
        ulong size = 0;
        // A terminal without a size, or one that is hung up, changes nothing.
        if (Libc.Control(from.Descriptor, Libc.TIOCGWINSZ, &size) == 0) _ = Libc.Control(to.Descriptor, Libc.TIOCSWINSZ, &size);
    }

    /// <summary>From now on this thread is refused, not stopped, where it uses a terminal from the background.</summary>
    /// <remarks>Needed by the first process of a process namespace: the kernel would ask again for ever, since nothing can stop it.</remarks>
    public static unsafe void BlockJobSignals()
    {
        byte* signals = stackalloc byte[Libc.SignalSetBytes];
        _ = Libc.ClearSignals(signals);
        _ = Libc.AddSignal(signals, Libc.SIGTTIN);
        _ = Libc.AddSignal(signals, Libc.SIGTTOU);
        _ = Libc.ThreadSignalMask(Libc.SIG_BLOCK, signals, null);
    }
}
