using System.Diagnostics;
using Exeat.Lab.Report;
using Exeat.Lab.Topology;
using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>The part of <c>exeat lab</c> that people see: enters fresh namespaces, shows progress, prints what came of it.</summary>
/// <remarks>
/// Everything of the lab lives in a process namespace whose first process is the lab itself: however it ends, nothing of it stays.
/// The lab holds the other end of our standard input, so that it also ends when we are killed.
/// </remarks>
internal static class LabOutside
{
    public static async Task<int> RunAsync(LabWish wish, CancellationToken stop)
    {
        if (!wish.Control) return await RunAsync(wish, null, stop);
        if (wish.Keep || wish.Sabotage) throw new CommandFailure(ExitCode.InputWrong, "--control goes neither with --keep, since it ends with the lab, nor with --sabotage, which has no gateway");
        await using var feed = new LabFeed();
        return await RunAsync(wish, feed, stop);
    }

    private static Task<int> RunAsync(LabWish wish, LabFeed? feed, CancellationToken stop) => EnterAsync(LabCommands.InsideName, wish.Arguments, wish.Keep, wish.Quiet, (text, took) =>
    {
        LabReport report = LabReport.Parse(text);
        LabTable.Print(report, wish, took);
        return report.Failed == 0 && report.Passed > 0;
    }, stop, feed);

    /// <summary>Runs the inner command in namespaces of its own, and gives what it reports to <paramref name="print"/>, which says whether every expectation held.</summary>
    public static async Task<int> EnterAsync(string inner, IEnumerable<string> arguments, bool keep, bool quiet, Func<string, TimeSpan, bool> print, CancellationToken stop, LabFeed? feed = null)
    {
        LabTools.CompletePath();
        if (LabTools.MissingPackages() is { Count: > 0 } missing)
        {
            await Console.Error.WriteLineAsync($"lab: programs are missing; install them: sudo apt-get install {string.Join(' ', missing)}");
            return ExitCode.EnvironmentLacks;
        }
        KeptLabs.SweepDead();
        LabState state = LabState.Create();
        bool stays = false;
        try
        {
            using Process inside = Start(state, inner, arguments);
            state.WriteOwner(inside.Id);
            using CancellationTokenRegistration ending = stop.Register(() => Hang(inside));
            Task fed = feed?.StartAsync(state, stop) ?? Task.CompletedTask;
            (int status, stays) = await FollowAsync(inside, state, keep, quiet, print);
            if (feed is null) return status;
            await fed;
            await Console.Error.WriteLineAsync($"lab: {await feed.FinishAsync(stop)}");
            return status;
        }
        finally
        {
            if (!stays) state.Remove();
        }
    }

    private static Process Start(LabState state, string inner, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = ToolPath.Start("setsid",
        [
            ToolPath.Of("unshare"), "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "--",
            .. Programs.Exeat, inner, state.Folder, .. arguments,
        ]);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return Process.Start(start)!;
    }

    private static async Task<(int Status, bool Stays)> FollowAsync(Process inside, LabState state, bool keep, bool quiet, Func<string, TimeSpan, bool> print)
    {
        List<string> said = [];
        long start = TimeProvider.System.GetTimestamp();
        while (await inside.StandardError.ReadLineAsync() is { } line)
        {
            if (line == LabInside.KeptLine) break;
            said.Add(line);
            if (!quiet) await Console.Error.WriteLineAsync(line);
        }
        bool kept = keep && !inside.HasExited && File.Exists(state.Report);
        if (!kept) await inside.WaitForExitAsync();
        if (!File.Exists(state.Report))
        {
            bool entered = said.Any(l => l.StartsWith("lab:", StringComparison.Ordinal));
            if (entered && quiet) await Console.Error.WriteLineAsync(string.Join('\n', said.TakeLast(12)));
            await Console.Error.WriteLineAsync(entered ? $"lab: did not finish (status {inside.ExitCode})" : Explain(inside.ExitCode, said));
            return (inside.ExitCode is ExitCode.OurFault ? ExitCode.OurFault : ExitCode.EnvironmentLacks, false);
        }
        bool holds = print(await File.ReadAllTextAsync(state.Report), TimeProvider.System.GetElapsedTime(start));
        if (kept) KeptLabs.SayHow(state);
        return (holds ? ExitCode.Done : ExitCode.ExpectationFailed, kept);
    }

    private static void Hang(Process inside)
    {
        try
        {
            inside.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended by itself.
        }
    }

    private static string Explain(int status, IReadOnlyList<string> said)
    {
        string words = string.Join('\n', said.TakeLast(6));
        return $"lab: could not enter namespaces of its own (status {status})\n{words}\n"
            + (IsOn("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
                ? "This system restricts user namespaces to programs with an AppArmor profile (kernel.apparmor_restrict_unprivileged_userns=1).\n"
                : "User namespaces are needed; a container or kernel setting may forbid them (user.max_user_namespaces, kernel.unprivileged_userns_clone).\n")
            + (Environment.UserName == "root" ? "" : "As an administrator it works nevertheless, still in namespaces of its own: sudo exeat lab");
    }

    private static bool IsOn(string file) => File.Exists(file) && File.ReadAllText(file).Trim() == "1";
}
