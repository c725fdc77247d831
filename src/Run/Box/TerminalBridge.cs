using System.Runtime.InteropServices;
using Exeat.Linux;

namespace Exeat.Run.Box;

/// <summary>
/// Carries bytes between the person's terminal and one that is the command's own, so that nothing the command does to its terminal (typing into it, above all) reaches the person's.
/// Where a standard file is no terminal it is handed over as it is.
/// </summary>
internal sealed class TerminalBridge : IDisposable
{
    private const int BufferBytes = 16 << 10;

    private readonly Pseudoterminal? _terminal;
    private readonly Handle? _input;
    private readonly Handle? _output;
    private readonly TerminalState? _before;
    private readonly PosixSignalRegistration? _resized;
    private Thread? _writing;

    private TerminalBridge(Pseudoterminal? terminal, Handle? input, Handle? output)
    {
        _terminal = terminal;
        _input = input;
        _output = output;
        if (terminal is null || (input ?? output) is not { } persons) return;
        _before = TerminalState.Of(persons);
        (input is null ? _before.RawOutput() : _before).Set(terminal.Theirs);
        TerminalState.CopySize(persons, terminal.Ours);
        // The analyzer wants to hear that this is no other system.
        if (OperatingSystem.IsLinux()) _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => TerminalState.CopySize(persons, terminal.Ours));
    }

    /// <summary>Whether standard input is the command's own terminal, which then is its controlling one.</summary>
    public bool Controls => _input is not null;

    /// <summary>Standard input, output and errors for the command.</summary>
    public IReadOnlyList<Handle> Standard { get; private set; } = [];

    /// <summary>Looks at the three standard files; opens a terminal for the command when one of them is a terminal.</summary>
    public static TerminalBridge Open(BoxUser user, IReadOnlyList<Handle> standard)
    {
        bool[] terminals = [.. standard.Select(TerminalState.IsTerminal)];
        Pseudoterminal? terminal = terminals.Contains(true) ? Pseudoterminal.Open() : null;
        if (user.Inside != 0) terminal?.GiveTo(user.Inside, user.InsideGroup);
        Handle? output = terminals[1] ? standard[1] : terminals[2] ? standard[2] : null;
        // A terminal only for input echoes what is typed, and that goes to the same terminal.
        return new TerminalBridge(terminal, terminals[0] ? standard[0] : null, output ?? (terminals[0] ? standard[0] : null))
        {
            Standard = [.. standard.Select((file, number) => terminals[number] ? terminal!.Theirs : file)],
        };
    }

    /// <summary>Begins to carry, once the command has its side: ours of it is closed, so that its end is seen.</summary>
    public void Carry()
    {
        if (_terminal is null) return;
        _terminal.Theirs.Dispose();
        if (_input is not null)
        {
            _before!.Raw().Set(_input);
            Start("typed", () => Copy(_input, _terminal.Ours, toTheEnd: false));
        }
        _writing = Start("shown", () => Copy(_terminal.Ours, _output!, toTheEnd: true));
    }

    /// <summary>Shows what is left, and gives the person's terminal back as it was.</summary>
    public void Dispose()
    {
        // Ends by itself: nobody has the other side any more.
        _writing?.Join();
        _resized?.Dispose();
        if (_input is not null) _before?.Set(_input);
        _terminal?.Dispose();
    }

    private static Thread Start(string name, Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    // To the end: also when nobody sees it any more (the person's terminal was closed), so that the command can go on to its own end.
    private static void Copy(Handle from, Handle to, bool toTheEnd)
    {
        TerminalState.BlockJobSignals();
        byte[] buffer = new byte[BufferBytes];
        try
        {
            while (from.Read(buffer) is > 0 and int count)
            {
                if (!to.Write(buffer.AsSpan(0, count)) && !toTheEnd) return;
            }
        }
        catch (ObjectDisposedException)
        {
            // The command has ended while somebody was typing.
        }
    }
}
