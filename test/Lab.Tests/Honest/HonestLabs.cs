using System.Globalization;
using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Honest;

/// <summary>Two labs that differ in what stands in the middle only: plain forwarding, and the gateway in enforce. The same client runs in both, and is compared with itself.</summary>
/// <remarks>One agent has addresses of one family only, another of the other, so that every client can be made to use either without an option of its own.</remarks>
public sealed class HonestLabs : IAsyncLifetime
{
    internal const string Rule = "allow-tools";

    private readonly PlainHonestLab _plain = new();
    private readonly GuardedHonestLab _guarded = new();

    /// <summary>The agent whose addresses are of a family.</summary>
    internal static LabAgent AgentOf(int family) => LabPlan.Find(family == 4 ? "coding-1" : "research-1")!;

    public async ValueTask InitializeAsync()
    {
        await Task.WhenAll(_plain.InitializeAsync().AsTask(), _guarded.InitializeAsync().AsTask());
        if (!TestSpaces.Fresh) return;
        foreach (LabFixture lab in (LabFixture[])[_plain, _guarded])
        {
            await LeaveAsync(lab, AgentOf(4), "-6");
            await LeaveAsync(lab, AgentOf(6), "-4");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _plain.DisposeAsync();
        await _guarded.DisposeAsync();
    }

    /// <summary>Runs a client without and with the gateway, and asserts that nobody can tell which was which: neither the client, nor the server.</summary>
    internal async Task<HonestRun> CompareAsync(HonestClient client, int family)
    {
        (HonestRun without, HonestRun with) = await RunBothAsync(client, family);
        Assert.True(without.Client.Succeeded, $"{client.Name} over IPv{family} fails without a gateway, so this test shows nothing: {without.Text}");
        Assert.NotEmpty(without.Client.Output);
        Assert.Equal(without.Text, with.Text);
        return with;
    }

    /// <summary>Runs a client without and with the gateway.</summary>
    internal async Task<(HonestRun Without, HonestRun With)> RunBothAsync(HonestClient client, int family)
    {
        if (client.WhyNot() is { } why) Assert.Skip(why);
        HonestRun[] runs = await Task.WhenAll(RunAsync(_plain, _plain.Tools, client, family), RunAsync(_guarded, _guarded.Tools, client, family));
        await KeepAsync(client, family, runs[0], runs[1], RecordsOf(family, runs[1].From));
        return (runs[0], runs[1]);
    }

    /// <summary>Runs a command in both gateways' places.</summary>
    internal async Task InMiddleAsync(params string[] command)
    {
        if (!TestSpaces.Fresh) return;
        foreach (LabFixture lab in (LabFixture[])[_plain, _guarded]) await Subprocess.DemandAsync(lab.Network.Inside(LabPlan.Gateway, command));
    }

    /// <summary>Decisions on an agent since a moment.</summary>
    internal IReadOnlyList<SeenRecord> RecordsOf(int family, DateTimeOffset from) =>
        [.. JournalLines.Read(_guarded.State.Journal, from).Where(record => record.Agent == AgentOf(family).Id && record.Event == "decision")];

    private static async Task<HonestRun> RunAsync(LabFixture lab, HonestWorld tools, HonestClient client, int family)
    {
        LabAgent agent = AgentOf(family);
        string work = Directory.CreateDirectory(Path.Combine(lab.State.Scratch, $"{client.Name}-{family}-{Guid.NewGuid():N}")).FullName;
        int before = (await tools.AskedAsync(agent.Address(family), 0)).Count;
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        var environment = new Dictionary<string, string>(new AttemptCommands(tools.Authority, work, LabPrograms.Exeat).Environment)
        {
            ["CA"] = tools.Authority,
            ["SSL_CERT_FILE"] = tools.Authority,
            ["SPKI"] = tools.Spki,
            ["REPOSITORY"] = $"tools-{family}.git",
        };
        foreach ((string name, string value) in client.Variables) environment[name] = value;
        Finished finished = await Subprocess.RunAsync(
            lab.Network.Inside(agent.Id, ["sh", "-c", "cd \"$HOME\" && exec \"$@\"", "sh", .. client.Command]), client.Deadline, null, environment);
        Directory.Delete(work, recursive: true);
        return new HonestRun(finished, await tools.AskedAsync(agent.Address(family), before), from);
    }

    // Both stay readable beside the other results of the tests: a difference is more than what an assertion shows of it.
    private static async Task KeepAsync(HonestClient client, int family, HonestRun without, HonestRun with, IReadOnlyList<SeenRecord> records)
    {
        string folder = Directory.CreateDirectory(Path.Combine(LabPrograms.Folder, "..", "test", "honest")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, $"{client.Name}-{family}-without.txt"), without.Text);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{client.Name}-{family}-with.txt"), with.Text);
        string took = string.Create(CultureInfo.InvariantCulture, $"{without.Client.Took.TotalSeconds:0.0} s without, {with.Client.Took.TotalSeconds:0.0} s with");
        await File.WriteAllLinesAsync(Path.Combine(folder, $"{client.Name}-{family}-records.txt"), [took, ..
            records.Select(record => $"{record.Verdict} {record.Stage} {string.Join(',', record.Names)} {record.Protocol} {record.Port} by {record.Rule}: {record.Reason}").CountBy(line => line).Select(line => $"{line.Value} × {line.Key}")]);
    }

    // The family that the agent is not to use has neither addresses nor routes.
    private static Task LeaveAsync(LabFixture lab, LabAgent agent, string lost) =>
        Subprocess.DemandAsync(lab.Network.Inside(agent.Id, "ip", lost, "addr", "flush", "dev", "eth0"));
}
