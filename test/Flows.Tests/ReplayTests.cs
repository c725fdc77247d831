using System.Text;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

public sealed class ReplayTests
{
    private static FlowReplay? Replayed(in FlowDraft draft)
    {
        using var temp = new TempJournal();
        using (Journal journal = temp.Open()) journal.AppendDurably(draft);
        return FlowReplay.From(Assert.Single(temp.Read()));
    }

    [Fact]
    public void A_recorded_hello_asks_the_same_question_again()
    {
        DomainName[] bound = [TempJournal.Name("a.example"), TempJournal.Name("b.example")];
        FlowReplay replay = Replayed(new FlowDraft
        {
            Flow = TempJournal.SomeFlow,
            Kind = FlowEventKind.Decision,
            Destination = Address.V4(0xcb007105),
            Protocol = 6,
            Port = 443,
            ClaimedName = "b.example"u8,
            ClaimSource = NameSource.Sni,
            Bound = bound,
            Stage = Stage.Hello,
            RuleName = "allow",
            Reason = Reason.PermittedByRule,
            Verdict = Verdict.Permit,
            Enforced = true,
        })!;
        Attempt attempt = replay.Attempt(3);
        Assert.Equal((3, Stage.Hello, (byte)6, (ushort)443), (attempt.Agent, attempt.Stage, attempt.Protocol, attempt.Port));
        Assert.Equal(Address.V4(0xcb007105), attempt.Destination);
        Assert.Equal((Claim.Name, Proof.DnsSni), (attempt.Claim, attempt.ClaimProof));
        Assert.Equal("b.example", Encoding.ASCII.GetString(attempt.ClaimedName));
        Assert.Equal(bound, attempt.Bound.ToArray());
        Assert.True(replay.Agrees(new Decision(Verdict.Permit, Reason.PermittedByRule, 1), "allow"));
        Assert.False(replay.Agrees(new Decision(Verdict.Permit, Reason.PermittedByRule, 2), "other"));
        Assert.False(replay.Agrees(default, "allow"));
    }

    [Theory]
    [InlineData(Stage.Hello, Claim.Nothing)]
    [InlineData(Stage.FirstPacket, Claim.NotSeen)]
    public void Without_a_claimed_name_the_stage_says_whether_bytes_were_seen(Stage stage, Claim claim)
    {
        FlowReplay replay = Replayed(new FlowDraft { Flow = TempJournal.SomeFlow, Kind = FlowEventKind.Decision, Stage = stage, RuleName = "default-deny" })!;
        Assert.Equal(claim, replay.Attempt(0).Claim);
    }

    [Fact]
    public void A_question_is_its_own_claim()
    {
        FlowReplay replay = Replayed(new FlowDraft { Flow = TempJournal.SomeFlow, Kind = FlowEventKind.Decision, ClaimedName = "q.example"u8, RuleName = "default-deny" })!;
        Assert.Equal((Stage.Dns, Claim.Name), (replay.Attempt(0).Stage, replay.Attempt(0).Claim));
    }

    [Fact]
    public void Refusals_that_policy_did_not_decide_are_not_replayed()
    {
        Assert.Null(Replayed(new FlowDraft { Flow = TempJournal.SomeFlow, Kind = FlowEventKind.Decision, RuleName = "default-deny", Reason = Reason.Malformed }));
        Assert.Null(Replayed(new FlowDraft { Flow = TempJournal.SomeFlow, Kind = FlowEventKind.End, RuleName = "default-deny" }));
    }
}
