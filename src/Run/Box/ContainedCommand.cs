using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Exeat.Linux;
using Exeat.Run.Box.Filter;
using Exeat.Run.Box.Folder;

namespace Exeat.Run.Box;

/// <summary>A command in its box, from its start to its end. bubblewrap makes the box; what goes into it is decided here.</summary>
public sealed class ContainedCommand : IAsyncDisposable
{
    private const int SIGKILL = 9;
    // The open files that bubblewrap gets beside standard input, output and errors.
    private const int ArgumentsFile = 3, FilterFile = 4, StatusFile = 5, BeginFile = 6, FirstContent = 7;

    private readonly TaskCompletionSource<int?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FolderGuard _guard;
    private readonly TerminalBridge _terminal;
    private readonly BoxStatus _status;
    private readonly GuardWatch _watch;
    private readonly Thread _waiting;
    private int _endedFor;

    private ContainedCommand(BoxRequest request, string home, FolderGuard guard, IReadOnlyList<Handle> standard, ImmutableSortedDictionary<string, string> environment)
    {
        _guard = guard;
        _terminal = TerminalBridge.Open(request.User, standard);
        (Handle read, Handle write) = Handle.Pipe();
        BoxLayout layout = BoxLayout.Of(request, home, guard, FirstContent);
        (Handle wait, Handle begin) = Handle.Pipe();
        string[] arguments = [.. layout.Arguments];
        // The box ends with the thread that started it (PR_SET_PDEATHSIG), so this one waits for it.
        _waiting = new Thread(() => Run(request, arguments, environment, layout.Files, write, wait)) { IsBackground = true, Name = "box" };
        _waiting.Start();
        _status = new BoxStatus(read);
        _watch = new GuardWatch(layout.Guarded, _status.First, begin);
    }

    /// <summary>Starts it. What the machine lacks for a box is a <see cref="BoxException"/>; nothing was started then.</summary>
    public static ContainedCommand Start(BoxRequest request) => Start(request, [Handle.Standard(0), Handle.Standard(1), Handle.Standard(2)]);

    /// <summary>The same with other files than our own for standard input, output and errors.</summary>
    internal static ContainedCommand Start(BoxRequest request, IReadOnlyList<Handle> standard)
    {
        ArgumentNullException.ThrowIfNull(request);
        foreach ((string tool, string package) in (ReadOnlySpan<(string, string)>)[("bwrap", "bubblewrap"), ("nsenter", "util-linux"), ("setsid", "util-linux"), ("setpriv", "util-linux")])
        {
            if (!ToolPath.Exists(tool)) throw new BoxException($"{tool} is not installed: install the package {package}");
        }
        if (SystemCallFilter.ForThisMachine() is null) throw new BoxException("there is no filter of system calls for this machine's instruction set: x86-64 and 64-bit ARM have one");
        string home = request.Environment.GetValueOrDefault("HOME") is { Length: > 0 } written && Directory.Exists(written) ? RealPath.Of(written) : "/home/agent";
        if (BoxLayout.Refusal(request.Folder, home) is { } refusal) throw new BoxException(refusal);
        // As they really lie: a mount is watched by that, and what leads there by another name has to be guarded all the same.
        request = request with { Folder = RealPath.Of(request.Folder), ReadOnly = [.. request.ReadOnly.Select(Real)], Hidden = [.. request.Hidden.Select(Real)] };
        if (BoxLayout.Refusal(request.Folder, home) is { } behindLinks) throw new BoxException(behindLinks);
        FolderGuard guard = FolderGuard.Of(request.Folder, home, request.StandIns);
        try
        {
            foreach (string path in request.ReadOnly.Concat(request.Hidden)) guard.Pin(Path.GetDirectoryName(path)!);
            var command = new ContainedCommand(request, home, guard, standard, BoxEnvironment.For(request, home, guard.MadeNames));
            command._started.Task.GetAwaiter().GetResult();
            return command;
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }

    private static string Real(string path) => RealPath.TryOf(path) ?? path;

    /// <summary>Gives the command a signal by its number (kill(2)); before it has begun, the box ends instead.</summary>
    public void Send(int signal)
    {
        if (_ended.Task.IsCompleted) return;
        int? command = _status.First is { IsCompletedSuccessfully: true, Result: { } first } ? ChildOf(first) : null;
        if (command is { } process) RunningProgram.Send(process, signal);
        else
        {
            Volatile.Write(ref _endedFor, signal);
            RunningProgram.Send(_started.Task.Result, SIGKILL);
        }
    }

    /// <summary>Waits for the end: the command's status, 128 and the signal that ended it, 126 or 127 when it could not be executed or found.</summary>
    public async Task<int> EndAsync(CancellationToken stop)
    {
        int? status = await _ended.Task.WaitAsync(stop).ConfigureAwait(false);
        // Whoever waits may write to the terminal now, and find the folder as it was.
        _terminal.Dispose();
        _watch.Dispose();
        _guard.Dispose();
        if (_watch.Lost is { } never && !_watch.HasBegun) throw new RunException(RunException.Broke, $"{never} could not be guarded within half a minute; the command did not begin");
        if (_watch.Lost is { } lost)
        {
            throw new RunException(RunException.Broke, $"{lost} was replaced or removed by a program outside while the command ran; the kernel then takes away what kept the command from writing there, so everything in the box was ended at once. "
                + "Look at it before you use it: the command may have written to it in that moment");
        }
        if (_status.Exit() is { } exit) return exit;
        if (Volatile.Read(ref _endedFor) is > 0 and int signal) return 128 + signal;
        throw new BoxException($"the box could not be made{(status is { } known ? $" (status {known})" : "")}; what was said about it is above");
    }

    /// <summary>Ends what is left of it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ended.Task.IsCompleted) RunningProgram.Send(_started.Task.Result, SIGKILL);
        await _ended.Task.ConfigureAwait(false);
        _waiting.Join();
        _watch.Dispose();
        _status.Dispose();
        _terminal.Dispose();
        _guard.Dispose();
    }

    private void Run(BoxRequest request, string[] arguments, ImmutableSortedDictionary<string, string> environment, IReadOnlyList<byte[]> contents, Handle status, Handle wait)
    {
        List<Handle> ours = [];
        try
        {
            RunningProgram program;
            try
            {
                ours.Add(Handle.WithBytes(Encoding.UTF8.GetBytes(string.Concat(arguments.Select(argument => argument + '\0')))));
                ours.Add(Handle.WithBytes(SystemCallFilter.ForThisMachine()));
                ours.Add(status);
                ours.Add(wait);
                foreach (byte[] content in contents) ours.Add(Handle.WithBytes(content));
                program = RunningProgram.Start(Program(request), environment, [.. _terminal.Standard, .. ours]);
            }
            finally
            {
                foreach (Handle handle in ours) handle.Dispose();
            }
            _terminal.Carry();
            _started.SetResult(program.Id);
            _ended.SetResult(program.Wait());
        }
        catch (Exception failure)
        {
            _started.TrySetException(failure);
            _ended.TrySetException(failure);
        }
    }

    // From the outside in: the agent's network; the user that the command is; the box; a session of its own with the terminal.
    private ImmutableArray<string> Program(BoxRequest request)
    {
        BoxUser user = request.User;
        // By where it really lies: the box shows that, not every link to it. And the system's own: of other places in the PATH the box shows some.
        string setsid = RealPath.Of(ToolPath.OfSystem("setsid"));
        string[] become = user.Inside == 0 ? [] : [ToolPath.Of("setpriv"), $"--reuid={Text(user.Inside)}", $"--regid={Text(user.InsideGroup)}", "--clear-groups", "--"];
        return
        [
            ToolPath.Of("nsenter"), $"--net={request.NetworkNamespace}", "--", .. become,
            ToolPath.Of("bwrap"), "--unshare-user", "--disable-userns", "--uid", Text(user.Shown), "--gid", Text(user.ShownGroup),
            "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup", "--cap-drop", "ALL", "--die-with-parent",
            "--args", Text(ArgumentsFile), "--seccomp", Text(FilterFile), "--json-status-fd", Text(StatusFile), "--block-fd", Text(BeginFile),
            "--", setsid, .. _terminal.Controls ? (ReadOnlySpan<string>)["--ctty"] : [], "--", .. request.Command,
        ];
    }

    // The session's leader is the one child of the box's first process that began with it; orphans that the first process takes over have higher numbers.
    private static int? ChildOf(int parent)
    {
        int? lowest = null;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)) continue;
            try
            {
                // "12 (a name) S 5 …": the name may hold anything, so its end is looked for from the right.
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                if (int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) == parent && (lowest is null || process < lowest)) lowest = process;
            }
            catch (IOException)
            {
                continue;
            }
        }
        return lowest;
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
