using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>The real gateway over a folder that exeat init wrote, with the lab's interfaces and addresses put in, as its README asks. Two of its agents are of the class.</summary>
public class WrittenFolderLab : LabFixture
{
    private LabGateway? _gateway;

    internal LabGateway Gateway => _gateway ?? throw new InvalidOperationException("the gateway was not started");

    protected override async Task FillMiddleAsync()
    {
        Finished made = await RunAsync(LabPlan.Gateway, [.. LabPrograms.Exeat, "init", "--class", "coding", "--runtime", "openclaw", "--model", "nvidia", "--owner", "lab", "--why", "a test",
            "--resolver", "198.51.100.53", "--resolver", "2001:db8:53::53", "--dir", State.Documents]);
        Assert.True(made.Succeeded, made.LastLine);
        Change("gateway.yaml", "inside: [ag-1] ", "inside: [ag-1, ag-2, ag-3, ag-4, ag-5] ");
        Change("gateway.yaml", "upstream: [\"198.51.100.53\", \"2001:db8:53::53\"]", "upstream: [198.51.100.54, \"2001:db8:53::54\"]");
        Change("gateway.yaml", "/var/lib/exeat/journal", "../journal");
        Change("gateway.yaml", "/var/lib/exeat/state", "../gateway");
        Change("gateway.yaml", "/run/exeat/gateway.sock", "../gateway.sock");
        File.WriteAllText(Path.Combine(State.Documents, "agents.yaml"), LabFiles.Text(LabFiles.AgentsName).Replace("class: research", "class: coding", StringComparison.Ordinal));
        _gateway = new LabGateway(Network, State, LabPrograms.Gateway);
        await Gateway.RestartAsync();
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
    }

    /// <summary>Runs exeat in the folder.</summary>
    internal Task<Finished> ExeatAsync(params string[] arguments) =>
        RunAsync(LabPlan.Gateway, ["sh", "-c", "cd \"$1\"; shift; exec \"$@\"", "sh", State.Documents, .. LabPrograms.Exeat, .. arguments]);

    /// <summary>Changes the policy and waits until the kernel follows it.</summary>
    internal async Task ReloadAsync(Action change)
    {
        string before = Gateway.Applied().Version;
        change();
        await Gateway.Process.SignalAsync("HUP");
        long start = TimeProvider.System.GetTimestamp();
        while (Gateway.Applied().Version == before)
        {
            if (TimeProvider.System.GetElapsedTime(start) > RunningLab.Patience) Assert.Fail($"the gateway applied nothing; it said:\n{Gateway.Process.LastWords()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Makes a folder's policy enforce, as a person would: its mode, and the day on which monitor ends.</summary>
    internal static void Enforce(string policy)
    {
        string file = Path.Combine(policy, "policy.yaml");
        File.WriteAllLines(file, File.ReadAllLines(file).Where(line => !line.StartsWith("monitorUntil:", StringComparison.Ordinal)).Select(line => line.StartsWith("mode: monitor ", StringComparison.Ordinal) ? "mode: enforce" : line));
    }

    internal void Change(string file, string from, string to)
    {
        string path = Path.Combine(State.Documents, file), text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }
}
