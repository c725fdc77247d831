using System.Collections.Immutable;
using System.Text;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>A program started with exactly the open files that were meant for it, in a session of its own, with no signal ignored or blocked.</summary>
/// <remarks>
/// The platform's own Process inherits what this process inherited: descriptors without close-on-exec, the session with its terminal, ignored signals.
/// Some programs ask to die with the thread that started them: start and wait on one thread that lives as long.
/// </remarks>
public sealed class RunningProgram
{
    // Room below for what the program is to have: sources are moved above it first, so that none is overwritten.
    private const int Above = 512;

    private RunningProgram(int id) => Id = id;

    /// <summary>Its process id.</summary>
    public int Id { get; }

    /// <summary>Starts a program by its absolute path. The open files become 0, 1, 2 and on in this order; nothing else stays open.</summary>
    public static unsafe RunningProgram Start(ImmutableArray<string> command, IEnumerable<KeyValuePair<string, string>> environment, IReadOnlyList<Handle> files)
    {
        if (!Path.IsPathRooted(command[0])) throw new ArgumentException($"'{command[0]}' is no absolute path", nameof(command));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(files.Count, Above);
        byte* actions = stackalloc byte[Libc.SpawnStructureBytes];
        byte* attributes = stackalloc byte[Libc.SpawnStructureBytes];
        byte* signals = stackalloc byte[Libc.SignalSetBytes];
        using var arguments = new TextArray([.. command.Select(Encoding.UTF8.GetBytes)]);
        using var variables = new TextArray([.. environment.Select(variable => Encoding.UTF8.GetBytes($"{variable.Key}={variable.Value}"))]);
        List<FileDescriptor> moved = [];
        Demand(Libc.InitializeActions(actions), command[0]);
        Demand(Libc.InitializeAttributes(attributes), command[0]);
        try
        {
            for (int i = 0; i < files.Count; i++)
            {
                int number = Libc.DuplicateAbove(files[i].Descriptor, Libc.F_DUPFD_CLOEXEC, Above);
                if (number < 0) throw new KernelException("program: hand over a file to", command[0], Libc.LastError);
                moved.Add(new FileDescriptor(number));
                Demand(Libc.AddDuplicate(actions, number, i), command[0]);
            }
            Demand(Libc.AddCloseFrom(actions, files.Count), command[0]);
            _ = Libc.ClearSignals(signals);
            Demand(Libc.SetSpawnMask(attributes, signals), command[0]);
            _ = Libc.FillSignals(signals);
            Demand(Libc.SetSpawnDefaults(attributes, signals), command[0]);
            Demand(Libc.SetSpawnFlags(attributes, Libc.POSIX_SPAWN_SETSID | Libc.POSIX_SPAWN_SETSIGMASK | Libc.POSIX_SPAWN_SETSIGDEF), command[0]);
            int pid;
            Demand(Libc.Spawn(&pid, command[0], actions, attributes, arguments.Pointer, variables.Pointer), command[0]);
            return new RunningProgram(pid);
        }
        finally
        {
            foreach (FileDescriptor descriptor in moved) descriptor.Dispose();
            _ = Libc.DestroyActions(actions);
            _ = Libc.DestroyAttributes(attributes);
        }
    }

    /// <summary>Waits for the end, once: the status, or 128 and the signal that ended it. Null where the runtime took the status: it takes everybody's in the first process of a process namespace.</summary>
    public unsafe int? Wait()
    {
        int status;
        while (Libc.WaitFor(Id, &status, 0) < 0)
        {
            if (Libc.LastError == Errno.ECHILD) return null;
            if (Libc.LastError != Errno.EINTR) throw new KernelException("program: wait for", $"{Id}", Libc.LastError);
        }
        int signal = status & 0x7f;
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal;
    }

    /// <summary>Gives a process a signal by its number; false when there is no such process any more.</summary>
    public static bool Send(int process, int signal)
    {
        // 0 and -1 are groups and everybody.
        ArgumentOutOfRangeException.ThrowIfLessThan(process, 1);
        return Libc.Kill(process, signal) == 0;
    }

    private static void Demand(int error, string program)
    {
        if (error != 0) throw new KernelException("program: start", program, (Errno)error);
    }
}
