using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;

namespace Exeat.Cli;

/// <summary>The lab itself: first process of its own namespaces.</summary>
internal static class LabInside
{
    /// <summary>Says that the result lies ready and the lab stays up.</summary>
    public const string KeptLine = "lab: kept";

    public static Task<int> RunAsync(LabState state, LabWish wish, CancellationToken stop) => HoldAsync(state, wish.Keep, async () =>
    {
        await PrivateMounts.MountAsync(state);
        Say("building five agents, a gateway and a world");
        LabSpaces spaces = await LabSpaces.CreateAsync(state, "", Programs.Exeat);
        await spaces.ServeQuicAsync();
        LabGateway? gateway = wish.Sabotage ? null : new LabGateway(spaces.Network, state, Programs.Gateway());
        if (gateway is null)
        {
            Say("sabotage: the gateway is replaced by plain forwarding; every attack must escape");
            await spaces.Network.ForwardPlainlyAsync();
        }
        else
        {
            await gateway.StartAsync(new PolicyText("monitor"));
            Say(gateway.QueueLine());
        }
        var options = new LabRunOptions { Exeat = Programs.Exeat, Phase = wish.Phase, Agents = wish.Agents };
        LabReport report = await new LabRun(spaces, options, Say).RunAsync(gateway);
        if (gateway is { Process.HasEnded: true }) Say("the gateway ended on the way; it said:\n" + gateway.Process.LastWords());
        await WriteAsync(state, report.ToJson());
        if (wish.Keep)
        {
            await Console.Error.WriteLineAsync(KeptLine);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        }
        return report.Failed == 0 ? ExitCode.Done : ExitCode.ExpectationFailed;
    });

    /// <summary>Does the work while the one who started it lives; a refusal of the environment is said, and is a status.</summary>
    internal static async Task<int> HoldAsync(LabState state, bool keep, Func<Task<int>> work)
    {
        using IDisposable held = state.Hold();
        // Standard input ends when the one who started the lab is gone.
        Task orphaned = Task.Run(() => Console.In.ReadToEnd(), CancellationToken.None);
        Task<int> working = Task.Run(() => TryAsync(work), CancellationToken.None);
        if (await Task.WhenAny(working, orphaned) == working || (keep && File.Exists(state.Report))) return await working;
        return ExitCode.EnvironmentLacks;
    }

    /// <summary>Leaves the result, whole or not at all.</summary>
    internal static async Task WriteAsync(LabState state, string report)
    {
        await File.WriteAllTextAsync(state.Report + ".next", report);
        File.Move(state.Report + ".next", state.Report);
    }

    internal static void Say(string line) => Console.Error.WriteLine("lab: " + line);

    private static async Task<int> TryAsync(Func<Task<int>> work)
    {
        try
        {
            return await work();
        }
        catch (LabException e)
        {
            Say(e.Message);
            return ExitCode.EnvironmentLacks;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Done;
        }
    }
}
