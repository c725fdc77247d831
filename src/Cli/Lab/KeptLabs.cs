using System.Diagnostics;
using System.Globalization;
using Exeat.Lab.Topology;
using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>Labs that were left up: how to get in, and how to end them.</summary>
internal static class KeptLabs
{
    private const int SIGKILL = 9;

    // Between a lab's folder and its first process lie moments.
    private static readonly TimeSpan Young = TimeSpan.FromMinutes(1);

    /// <summary>Ends all and removes their folders.</summary>
    public static async Task<int> DownAsync()
    {
        LabState[] labs = [.. LabState.All()];
        if (labs.Length == 0) await Console.Error.WriteLineAsync("lab: none is up");
        foreach (LabState state in labs)
        {
            if (state.IsAlive() && Belongs(state))
            {
                // Ending the namespaces' first process ends everything in them; only a kill is certain to reach it.
                RunningProgram.Send(state.OwnerId!.Value, SIGKILL);
                await Console.Error.WriteLineAsync($"lab: ended {state.Folder}");
            }
            else if (!state.IsHeld() && IsYoung(state))
            {
                continue; // one that is just starting, in a process namespace that is not ours
            }
            if (await EndedAsync(state)) state.Remove();
            else await Console.Error.WriteLineAsync($"lab: {state.Folder} is held by a process that is not of this system's view, or not yours");
        }
        return ExitCode.Done;
    }

    /// <summary>Removes what crashed labs left: their processes went with their namespaces, their folder did not.</summary>
    public static void SweepDead()
    {
        foreach (LabState state in LabState.All())
        {
            if (!IsYoung(state) && !state.IsAlive() && !state.IsHeld()) state.Remove();
        }
    }

    /// <summary>Says how to get in.</summary>
    public static void SayHow(LabState state) => Console.Error.WriteLine(
        $"""
        lab: left up. A shell inside an agent:  {CommandPath.Program} lab shell coding-1
        lab: its flows:                         {CommandPath.Program} flows tail --follow --journal {state.Journal}
        lab: for flows, why and explain:        export EXEAT_JOURNAL={state.Journal} EXEAT_POLICY={state.Documents}/policy.yaml EXEAT_AGENTS={state.Documents}/agents.yaml
        lab: the lab's authority for clients:   {state.Authority}
        lab: end it:                            {CommandPath.Program} lab down
        """);

    /// <summary>Runs a shell, or a command, inside an agent of the lab that is up.</summary>
    public static async Task<int> ShellAsync(string agent, string[] command)
    {
        if (LabPlan.Find(agent) is null && agent is not (LabPlan.Gateway or LabPlan.World))
        {
            await Console.Error.WriteLineAsync($"lab: no agent {agent}; there are {string.Join(", ", LabPlan.Agents.Select(a => a.Id))}");
            return ExitCode.InputWrong;
        }
        if (LabState.All().FirstOrDefault(s => s.IsAlive()) is not { } state || FirstProcess(state) is not { } first)
        {
            await Console.Error.WriteLineAsync($"lab: none is up; start one: {CommandPath.Program} lab --keep");
            return ExitCode.EnvironmentLacks;
        }
        string[] inside = [ToolPath.Of("env"), $"SSL_CERT_FILE={state.Authority}", $"CURL_CA_BUNDLE={state.Authority}", .. command.Length > 0 ? command : (string[])["sh"]];
        using Process process = Process.Start(ToolPath.Start("nsenter",
            ["--target", first, "--user", "--mount", "--pid", "--preserve-credentials", "--", ToolPath.Of("nsenter"), $"--net=/run/netns/{agent}", "--", .. inside]))!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static bool IsYoung(LabState state) =>
        TimeProvider.System.GetUtcNow() - Directory.GetCreationTimeUtc(state.Folder) < Young;

    private static async Task<bool> EndedAsync(LabState state)
    {
        for (int i = 0; i < 50 && state.IsHeld(); i++) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        return !state.IsHeld();
    }

    // The noted process is the one that made the namespaces; the first process in them is its only child.
    private static string? FirstProcess(LabState state)
    {
        string owner = state.OwnerId!.Value.ToString(CultureInfo.InvariantCulture);
        string file = $"/proc/{owner}/task/{owner}/children";
        return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } children ? children.Split(' ')[0] : null;
    }

    // Whoever puts a folder of that name here cannot make us end a process that is not a lab's.
    private static bool Belongs(LabState state)
    {
        try
        {
            return File.ReadAllText($"/proc/{state.OwnerId}/cmdline").Contains(state.Folder, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
