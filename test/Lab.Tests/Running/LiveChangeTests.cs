using Exeat.Lab.Report;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>Documents change while traffic flows: what is no longer permitted ends, what is permitted goes on, counted at the far side (I8).</summary>
public sealed class LiveChangeTests(RunningLab lab, ITestOutputHelper output) : IClassFixture<RunningLab>
{
    private const int Tcp = 6, Udp = 17;
    private const string NoData = ", mode: off";

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_quarantine_written_into_the_agents_document_silences_live_flows(int family)
    {
        await lab.BeginAsync();
        string agents = lab.Read(RunningLab.AgentsFile);
        Sender one = await lab.SendAsync("coding-1", family, seconds: 8), other = await lab.SendAsync("research-1", family, seconds: 8);
        // No signal: the watch has to see it.
        long start = TimeProvider.System.GetTimestamp();
        lab.Write(RunningLab.AgentsFile, lab.Quarantined("coding-1"));
        TimeSpan last = await LastArrivalAsync("coding-1", family, Tcp, start);
        output.WriteLine($"quarantine over IPv{family}: last packet at the far side {last.TotalMilliseconds:F0} ms after the edit");
        Assert.True(last < TimeSpan.FromSeconds(3), $"the far side heard from a quarantined agent for {last}");
        Assert.Equal("reset", (await one.EndAsync()).How);
        // Control: the neighbour's flow was never touched.
        Assert.Equal("time", (await other.EndAsync()).How);
        Assert.Contains(Records("coding-1", family), r => r is { Verdict: "deny", Reason: "policy-changed", Enforced: true });
        Assert.False((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);
        await lab.ChangeAsync(() => lab.Write(RunningLab.AgentsFile, agents));
        Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);
    }

    [Theory]
    [InlineData(4, false), InlineData(6, false), InlineData(4, true), InlineData(6, true)]
    public async Task What_is_no_longer_permitted_ends_at_its_next_packet(int family, bool inPlace)
    {
        await lab.BeginAsync();
        Sender sender = await lab.SendAsync("coding-1", family, seconds: 10), neighbour = await lab.SendAsync("support-1", family, seconds: 5);
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(more: "- {name: no-data, priority: 5, from: [coders], to: {groups: [data]}, action: deny}", groups: "  coders: {class: coding}"), inPlace));
        long after = await lab.ArrivedAsync("coding-1", family, Tcp);
        Assert.Equal("reset", (await sender.EndAsync()).How);
        // The reset that ends the server's side, and nothing of the agent's.
        Assert.InRange(await lab.ArrivedAsync("coding-1", family, Tcp) - after, 0, 2);
        Assert.Equal("time", (await neighbour.EndAsync()).How);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task Monitor_ends_by_itself_and_with_it_what_only_monitor_let_pass(int family)
    {
        await lab.BeginAsync();
        string until = TimeProvider.System.GetUtcNow().AddSeconds(6).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy($"mode: monitor\nmonitorUntil: {until}", NoData)));
        Sender tcp = await lab.SendAsync("coding-1", family, seconds: 20), udp = await lab.SendAsync("research-1", family, udp: true, seconds: 12);
        await lab.UntilAsync(() => lab.Gateway.Applied().Mode == "enforce", "enforce did not return");
        long arrived = await lab.ArrivedAsync("research-1", family, Udp);
        Assert.Equal("reset", (await tcp.EndAsync()).How);
        await udp.EndAsync();
        Assert.Equal(arrived, await lab.ArrivedAsync("research-1", family, Udp));
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_rule_that_expires_ends_the_flows_that_relied_on_it(int family)
    {
        await lab.BeginAsync();
        string until = TimeProvider.System.GetUtcNow().AddSeconds(5).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(data: $", expires: {until}")));
        int before = lab.Generation();
        Sender sender = await lab.SendAsync("coding-1", family, seconds: 20);
        await lab.UntilAsync(() => lab.Generation() != before, "nothing expired");
        Assert.Equal("reset", (await sender.EndAsync()).How);
        Assert.False((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_group_is_taken_from_monitor_to_enforce_under_a_live_flow_and_its_neighbour_stays(int family)
    {
        await lab.BeginAsync();
        string Groups(string coding, string research) => $"  coders: {{class: coding, mode: {coding}}}\n  researchers: {{class: research, mode: {research}}}";
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(data: NoData, groups: Groups("monitor", "monitor"))));
        Sender one = await lab.SendAsync("coding-1", family, seconds: 10), other = await lab.SendAsync("research-1", family, seconds: 6);
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(data: NoData, groups: Groups("enforce", "monitor"))));
        Assert.Equal("reset", (await one.EndAsync()).How);
        Assert.Equal("time", (await other.EndAsync()).How);
    }

    [Fact]
    public async Task Three_hundred_changes_hurt_no_flow_that_stays_permitted()
    {
        const int Changes = 300;
        await lab.BeginAsync();
        Sender[] senders = [await lab.SendAsync("coding-1", 4, seconds: 400), await lab.SendAsync("coding-1", 6, seconds: 400)];
        using var stop = new CancellationTokenSource();
        Task load = LoadAsync(stop.Token);
        long start = TimeProvider.System.GetTimestamp();
        int made = 0;
        for (; made < Changes && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(380); made++)
        {
            int before = lab.Generation();
            lab.Write(RunningLab.PolicyFile, RunningLab.Policy(more: $"- {{name: other-{made}, priority: 30, to: {{names: [core]}}, protocol: tcp, ports: [{1000 + made}], action: permit}}"));
            await lab.Gateway.Process.SignalAsync("HUP");
            await lab.UntilAsync(() => lab.Generation() != before, $"change {made} was not applied");
        }
        TimeSpan took = TimeProvider.System.GetElapsedTime(start);
        await stop.CancelAsync();
        await load;
        output.WriteLine($"{made} changes in {took.TotalSeconds:F1} s, generation {lab.Generation()}");
        Assert.Equal(Changes, made);
        Assert.All(senders, sender => Assert.True(sender.IsSending, "a permitted flow ended"));
        // The control: these very flows end when the policy says so.
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(data: NoData)));
        foreach (Sender sender in senders)
        {
            (string how, long sent, long echoed, int longest) = await sender.EndAsync();
            output.WriteLine($"{sent} bytes sent, {echoed} echoed, longest silence {longest} ms");
            Assert.Equal("reset", how);
        }
    }

    private IEnumerable<SeenRecord> Records(string agent, int family) =>
        JournalLines.Read(lab.State.Journal, DateTimeOffset.MinValue).Where(r => r.Agent == agent && r.Destination == RunningLab.DatabaseAt(family));

    // The last moment at which the far side's count grew, seen until it has been still for longer than the sender ever pauses.
    private async Task<TimeSpan> LastArrivalAsync(string agent, int family, int protocol, long start)
    {
        long count = await lab.ArrivedAsync(agent, family, protocol);
        TimeSpan last = TimeSpan.Zero;
        while (TimeProvider.System.GetElapsedTime(start) < last + TimeSpan.FromSeconds(2))
        {
            long now = await lab.ArrivedAsync(agent, family, protocol);
            if (now != count) (count, last) = (now, TimeProvider.System.GetElapsedTime(start));
        }
        return last;
    }

    private Task LoadAsync(CancellationToken stop) => Task.WhenAll(((int[])[4, 6]).Select(async family =>
    {
        while (!stop.IsCancellationRequested) await lab.TryAsync("tcp-send", "@database", family, port: 5432, agent: "support-1");
    }));
}
