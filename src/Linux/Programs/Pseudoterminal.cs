using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>A terminal of its own for a program (pty(7)): the program has the one side, we have the other.</summary>
public sealed class Pseudoterminal : IDisposable
{
    private Pseudoterminal(Handle ours, Handle theirs)
    {
        Ours = ours;
        Theirs = theirs;
    }

    /// <summary>What the program writes is read here, and what is written here it reads.</summary>
    public Handle Ours { get; }

    /// <summary>The program's side. Closed by us once the program has it, so that its end is seen.</summary>
    public Handle Theirs { get; }

    /// <summary>Opens a pair. It becomes nobody's controlling terminal by that.</summary>
    public static unsafe Pseudoterminal Open()
    {
        int number = Libc.Open("/dev/ptmx", Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC);
        if (number < 0) throw new KernelException("terminal: open", "/dev/ptmx", Libc.LastError);
        var ours = new FileDescriptor(number);
        int locked = 0;
        if (Libc.Control(ours, Libc.TIOCSPTLCK, &locked) != 0) throw new KernelException("terminal: unlock", "/dev/ptmx", Libc.LastError);
        // By the descriptor, not by a path: /dev/pts may be of another mount namespace.
        int peer = Libc.ControlByNumber(ours, Libc.TIOCGPTPEER, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC);
        if (peer < 0) throw new KernelException("terminal: open the other side of", "/dev/ptmx", Libc.LastError);
        return new Pseudoterminal(new Handle(ours), new Handle(new FileDescriptor(peer)));
    }

    /// <summary>Gives the program's side to a user, who may then open it by its path, too.</summary>
    public void GiveTo(uint user, uint group)
    {
        if (Libc.ChangeOwner(Theirs.Descriptor, user, group) != 0) throw new KernelException("terminal: give to", $"{user}:{group}", Libc.LastError);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ours.Dispose();
        Theirs.Dispose();
    }
}
