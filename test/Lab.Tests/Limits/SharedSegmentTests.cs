using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Limits;

/// <summary>Agents that share a link share no limit: neither a flood of one, nor one in the other's name, takes anything from its neighbour (I10, I11).</summary>
[Collection(Alone.Name)]
public sealed class SharedSegmentTests(SharedSegmentLab lab) : IClassFixture<SharedSegmentLab>
{
    private const int Sent = 12_500, Rate = 5_000;

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Agents_on_one_segment_have_limits_of_their_own(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string address = await PermittedAsync("pod-1", family);
        // Each of these SYNs might be permitted, so that each is a new flow of pod-1's.
        int sent = Sent * await lab.KeepsItsRateAsync("pod-2", family, () => lab.FloodAsync("pod-1", "syn-flood", address, 443, Sent, Rate));
        // Nine tenths at least are above two hundred a second.
        List<FlowEvent> over = await lab.RecordedAsync(from, sent * 8 / 10, e => e.End == "new_flows_over_limit");
        Assert.InRange(over.Sum(FloodTool.Count), sent * 8 / 10, sent);
        Assert.All(over, e => Assert.Equal(("pod-1", "limit-reached"), (e.Agent, e.Reason)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_flood_in_a_neighbours_name_uses_up_nothing_of_the_neighbours(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string address = await PermittedAsync("pod-2", family);
        int sent = Sent * await lab.KeepsItsRateAsync("pod-2", family, () => lab.FloodAsync("pod-1", "syn-flood", address, 443, Sent, Rate, SharedSegmentLab.AddressOf("pod-2", family)));
        List<FlowEvent> spoofed = await lab.RecordedAsync(from, sent, e => e.Reason == "spoofed-source");
        Assert.Equal(sent, spoofed.Sum(FloodTool.Count));
        Assert.DoesNotContain(new JournalReader(lab.State.Journal).Read(from), e => e is { Agent: "pod-2", Verdict: "deny" });
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_neighbours_address_that_another_claims_stays_with_its_owner(int family)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string address = SharedSegmentLab.AddressOf("pod-2", family), owner = SharedSegmentLab.MacOf("pod-2"), thief = SharedSegmentLab.MacOf("pod-1");
        await ClaimAsync();
        Assert.Contains(owner, await NeighbourAsync(), StringComparison.Ordinal);
        Assert.NotEmpty(await PermittedAsync("pod-2", family));
        // Control: what was learnt, and is not pinned, the very same claim changes.
        Finished learnt = await lab.RunAsync(LabPlan.Gateway, "ip", $"-{family}", "neigh", "replace", address, "lladdr", owner, "dev", SharedSegmentLab.Link, "nud", "reachable");
        Assert.True(learnt.Succeeded, learnt.LastLine);
        // The kernel believes no second answer within a second (neigh/*/locktime).
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System);
        await ClaimAsync();
        Assert.Contains(thief, await NeighbourAsync(), StringComparison.Ordinal);
        // And whatever changes at the link makes the gateway write it again.
        await lab.RunAsync(LabPlan.Gateway, "ip", "addr", "add", "192.0.2.94/32", "dev", SharedSegmentLab.Link);
        await lab.RunAsync(LabPlan.Gateway, "ip", "addr", "del", "192.0.2.94/32", "dev", SharedSegmentLab.Link);
        string now = "";
        for (int i = 0; i < 60 && !now.Contains(owner, StringComparison.Ordinal); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            now = await NeighbourAsync();
        }
        Assert.Contains($"{owner} PERMANENT", now, StringComparison.Ordinal);

        async Task ClaimAsync()
        {
            Finished claim = await lab.RunAsync("pod-1", [.. LabPrograms.Exeat, "lab-attack", "claim-address", address, "0", "nothing", "-"]);
            Assert.True(claim.Succeeded, claim.LastLine);
        }

        async Task<string> NeighbourAsync() => (await lab.RunAsync(LabPlan.Gateway, "ip", $"-{family}", "neigh", "show", address)).Output;
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(6, 58)]
    public async Task Echo_requests_have_a_limit_for_each_agent_and_not_for_the_link(int family, int protocol)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        const int sent = 2000, few = 8;
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string address = SharedSegmentLab.EchoingAt(family);
        Task<TimeSpan> flood = lab.FloodAsync("pod-1", "echo-flood", address, 0, sent, 1000);
        await lab.FloodAsync("pod-2", "echo-flood", address, 0, few, 5);
        TimeSpan took = await flood;
        long most = 20 + (long)(10 * (took.TotalSeconds + 1));
        List<FlowEvent> over = await lab.RecordedAsync(from, sent - most, e => e.End == "echoes_over_limit");
        Assert.InRange(over.Sum(FloodTool.Count), sent - most, sent - 1);
        Assert.All(over, e => Assert.Equal(("pod-1", "counted", "limit-reached"), (e.Agent, e.Event, e.Reason)));
        Assert.Equal(few, await ArrivedAsync("pod-2"));
        // Fewer, where several wait in the queue before conntrack has the first of them.
        Assert.InRange(await ArrivedAsync("pod-1"), 1, sent - over.Sum(FloodTool.Count));

        async Task<long> ArrivedAsync(string pod) => (await lab.World.ReadAsync()).From(SharedSegmentLab.AddressOf(pod, family), address, protocol).Packets;
    }

    private async Task<string> PermittedAsync(string pod, int family) => (await lab.RunAsync(pod, "dig", "+short", "openclaw.ai", family == 4 ? "A" : "AAAA")).Output.Trim();
}
