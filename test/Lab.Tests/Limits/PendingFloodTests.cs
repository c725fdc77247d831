using Exeat.Flows;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Limits;

/// <summary>Floods of packets that belong to a flow which is not permitted yet: the kernel lets only so many of each agent's through to user space, and counts the others (I5, I10).</summary>
[Collection(Alone.Name)]
public sealed class PendingFloodTests(PendingPacketsLab lab) : IClassFixture<PendingPacketsLab>
{
    private const int Sent = 8000, Rate = 8000;

    // Conntrack takes a SYN that comes again for a part of the flow that it began. Answers come from the world.
    private const string SameSyn = "same-syn-flood", Answers = "answer-flood";

    [Theory]
    [InlineData(4, "pending-flood")]
    [InlineData(6, "pending-flood")]
    [InlineData(4, SameSyn)]
    [InlineData(6, SameSyn)]
    [InlineData(4, Answers)]
    [InlineData(6, Answers)]
    public async Task A_flood_on_a_pending_flow_reaches_user_space_within_the_limit_and_the_rest_is_counted(int family, string kind)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        (long judged, TimeSpan took) = await JudgedAsync(lab, family, kind);
        long most = (long)(PendingPacketsLab.PerSecond * (took.TotalSeconds + 2)) + PendingPacketsLab.PerSecond;
        // What the agent's kernel says to the answers has the agent's own limit.
        if (kind == Answers) most *= 2;
        Assert.InRange(judged, 1, most);
        List<FlowEvent> refused = await lab.RecordedAsync(from, Sent - most, e => e.End == (kind == Answers ? "pending_answers_over_limit" : "pending_packets_over_limit"));
        Assert.InRange(refused.Sum(FloodTool.Count), Sent - most, Sent);
        Assert.All(refused, e => Assert.Equal(("coding-1", "counted", "deny", "limit-reached"), (e.Agent, e.Event, e.Verdict, e.Reason)));
        // Judged or refused: there is no third way, and none was called invalid on its way.
        Assert.True(judged + refused.Sum(FloodTool.Count) >= Sent, $"{judged} judged, {refused.Sum(FloodTool.Count)} refused");
        Assert.DoesNotContain(new JournalReader(lab.State.Journal).Read(from), e => e.End == "invalid" && e.Count > 10);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}, IPv{family}: {Sent} sent in {took.TotalSeconds:0.0} s, {judged} judged, {refused.Sum(FloodTool.Count)} refused by the kernel");
    }

    [Fact]
    public async Task Without_the_limit_the_same_flood_reaches_user_space()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var open = new UncappedLab();
        await open.InitializeAsync();
        long judged = await open.JudgedAsync();
        foreach (int family in (int[])[4, 6])
        {
            foreach (string kind in (string[])["pending-flood", SameSyn, Answers])
            {
                await FloodAsync(open, family, kind);
                long now = await open.JudgedAsync();
                Assert.InRange(now - judged, Sent * 9 / 10, long.MaxValue);
                judged = now;
            }
        }
    }

    private static async Task<(long Packets, TimeSpan Took)> JudgedAsync(GatewayLab lab, int family, string kind)
    {
        long before = await lab.JudgedAsync();
        TimeSpan took = await FloodAsync(lab, family, kind);
        return (await lab.JudgedAsync() - before, took);
    }

    private static Task<TimeSpan> FloodAsync(GatewayLab lab, int family, string kind) => kind switch
    {
        SameSyn => lab.FloodAsync("coding-1", kind, PendingPacketsLab.SilentAt(family), 443, Sent, Rate),
        Answers => lab.FloodAnswersAsync("coding-1", PendingPacketsLab.SilentAt(family), Sent, Rate),
        _ => lab.FloodPendingAsync("coding-1", kind, family, Sent, Rate),
    };
}
