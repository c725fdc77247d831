using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Exeat.Linux;

namespace Exeat.Run.Network;

/// <summary>A run as seen from outside: starts the process inside, gives it what only the outside has (the host's link, resolvers, signals), and waits for the command's status.</summary>
public sealed class ContainedRun : IDisposable
{
    /// <summary>The hidden command that starts <see cref="RunInside"/>.</summary>
    public const string InsideName = "run-inside";

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1), MapPatience = TimeSpan.FromSeconds(5);

    // What a person, a shell or a supervisor sends; the terminal's size goes its own way.
    private static readonly (PosixSignal Signal, int Number)[] Passed =
        [(PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15), (PosixSignal.SIGHUP, 1), (PosixSignal.SIGQUIT, 3), ((PosixSignal)10, 10), ((PosixSignal)12, 12)];

    private readonly RunFolder _folder;
    private readonly RunPlan _plan;
    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly TaskCompletionSource<int> _signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RunChannel? _channel;
    private HostWay? _way;

    /// <summary>Nothing is started before <see cref="RunAsync"/>.</summary>
    public ContainedRun(RunFolder folder, RunPlan plan) => (_folder, _plan) = (folder, plan);

    /// <summary>Whether the command was started: from there on there are records.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Runs to the end; the command's status. A signal before the command began is a <see cref="RunException"/> with 128 and the signal: there is nothing to sum up.</summary>
    public async Task<int> RunAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, RunFolder.Plan), JsonSerializer.Serialize(_plan, RunJson.Default.RunPlan)).ConfigureAwait(false);
        TerminalState? before = TerminalState.IsTerminal(Handle.Standard(0)) ? TerminalState.Of(Handle.Standard(0)) : null;
        using Socket listener = RunChannel.Listen(Path.Combine(_folder.Path, RunFolder.Channel));
        using Process inside = Start();
        try
        {
            if (RunGround.IsRealRoot) MapEverybody(inside.Id);
            foreach ((PosixSignal signal, int number) in Passed) _signals.Add(PosixSignalRegistration.Create(signal, context => Pass(context, number)));
            using RunChannel? channel = await AcceptAsync(listener, inside).ConfigureAwait(false);
            // In this order, with a barrier between: a signal either finds the channel or is found here.
            _ = Interlocked.Exchange(ref _channel, channel);
            if (_signalled.Task.IsCompleted) throw NeverBegan(await _signalled.Task.ConfigureAwait(false));
            if (channel is null) throw new RunException(RunException.EnvironmentLacks, $"the namespaces of this run could not be made: unshare ended with {inside.ExitCode}");
            using var stop = new CancellationTokenSource();
            Task telling = TellResolversAsync(channel, stop.Token);
            int status = await FollowAsync(channel, inside).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            await telling.ConfigureAwait(false);
            return status;
        }
        catch (Exception failure) when (!HasStarted && _signalled.Task.IsCompleted && failure is RunException or KernelException)
        {
            // A terminal gives its signals to everybody: what failed may have failed of that.
            throw NeverBegan(await _signalled.Task.ConfigureAwait(false));
        }
        finally
        {
            if (!inside.HasExited) inside.Kill();
            await inside.WaitForExitAsync().ConfigureAwait(false);
            // Whoever was to give the terminal back may have been killed.
            if (inside.ExitCode != 0) before?.Set(Handle.Standard(0));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _way?.Dispose();
    }

    // The whole map of users is for root alone: unshare itself can only map one. The shell waits until it is there. A terminal that is closed tells everybody in its foreground; unshare would
    // die of that and take all the rest along, at once: the command alone gets these signals, by way of this process, and begins with none of them ignored.
    private Process Start()
    {
        string[] maps = RunGround.IsRealRoot ? [] : ["--map-root-user"];
        string[] wait = RunGround.IsRealRoot ? [ToolPath.Of("sh"), "-c", "n=0; until read -r map </proc/self/uid_map; do n=$((n+1)); [ $n -lt 500 ] || exit 3; sleep 0.01; done; exec \"$@\"", "sh"] : [];
        ProcessStartInfo start = ToolPath.Start("sh", ["-c", "trap '' HUP QUIT; exec \"$@\"", "sh", ToolPath.Of("unshare"), "--user", .. maps, "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "--", .. wait, .. _plan.Exeat, InsideName, _folder.Path]);
        // The person's own goes with the plan, for the command alone.
        start.Environment["PATH"] = ToolPath.Trusted(Environment.GetEnvironmentVariable("PATH") ?? "");
        return Process.Start(start) ?? throw new RunException(RunException.EnvironmentLacks, "unshare did not start");
    }

    private static void MapEverybody(int process)
    {
        string own = Namespace("self");
        long start = TimeProvider.System.GetTimestamp();
        while (Namespace(process.ToString(CultureInfo.InvariantCulture)) == own)
        {
            if (TimeProvider.System.GetElapsedTime(start) > MapPatience) throw new RunException(RunException.EnvironmentLacks, "unshare made no user namespace");
            Thread.Sleep(1);
        }
        foreach (string map in (string[])["uid_map", "gid_map"]) File.WriteAllText($"/proc/{process}/{map}", "0 0 4294967295\n");

        static string Namespace(string of) => File.ResolveLinkTarget($"/proc/{of}/ns/user", false)?.Name ?? "";
    }

    // Null: the process inside ended first, or a signal came.
    private async Task<RunChannel?> AcceptAsync(Socket listener, Process inside)
    {
        using var stop = new CancellationTokenSource();
        Task<RunChannel> accepted = RunChannel.AcceptAsync(listener, stop.Token);
        if (await Task.WhenAny(accepted, inside.WaitForExitAsync(stop.Token), _signalled.Task).ConfigureAwait(false) == accepted) return await accepted.ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        return null;
    }

    private async Task<int> FollowAsync(RunChannel channel, Process inside)
    {
        while (await channel.HearAsync(CancellationToken.None).ConfigureAwait(false) is var (word, rest))
        {
            switch (word)
            {
                case "spaces":
                    _way = new HostWay(SpaceFrom(inside));
                    channel.Say("out");
                    break;
                case "ready":
                    HasStarted = true;
                    break;
                case "failed":
                    string[] parts = rest.Split(' ', 2);
                    throw new RunException(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
                case "ended":
                    int status = int.Parse(rest, CultureInfo.InvariantCulture);
                    return HasStarted ? status : throw NeverBegan(status - 128);
            }
        }
        await inside.WaitForExitAsync().ConfigureAwait(false);
        throw new RunException(RunException.Broke, $"the process that holds this run together ended (status {inside.ExitCode}), and everything of the run with it");
    }

    // unshare waits for its only child, which sees the namespaces as files of the run's folder.
    private string SpaceFrom(Process inside)
    {
        string child = File.ReadAllText($"/proc/{inside.Id}/task/{inside.Id}/children").Trim();
        return $"/proc/{child}/root{Path.Combine(_folder.Path, RunFolder.Spaces, "way")}";
    }

    private static async Task TellResolversAsync(RunChannel channel, CancellationToken stop)
    {
        ImmutableArray<IPAddress> told = [];
        while (!stop.IsCancellationRequested)
        {
            ImmutableArray<IPAddress> now = HostResolvers.Read();
            if (!now.SequenceEqual(told)) channel.Say("resolvers", string.Join(' ', now));
            told = now;
            await Task.Delay(LookAgain, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Pass(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        _signalled.TrySetResult(number);
        Volatile.Read(ref _channel)?.Say("signal", $"{number}");
    }

    private static RunException NeverBegan(int signal) => new(128 + signal, $"signal {signal} ended it before the command began");
}
