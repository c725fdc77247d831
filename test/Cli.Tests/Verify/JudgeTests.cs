using Exeat.Cli.Verify;
using Exeat.Flows;
using Exeat.Policy;
using Probe = Exeat.Cli.Verify.Probe;

namespace Exeat.Cli.Tests.Verify;

/// <summary>What an attempt proves: only what can have no other cause.</summary>
public sealed class JudgeTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // A host that is down, or whose port is closed, looks like a block: without a witness it proves nothing.
    [InlineData(Look.Silence, Witness.None, CheckOutcome.Inconclusive)]
    [InlineData(Look.Reset, Witness.None, CheckOutcome.Inconclusive)]
    [InlineData(Look.ResetLater, Witness.None, CheckOutcome.Inconclusive)]
    [InlineData(Look.Unreachable, Witness.None, CheckOutcome.Inconclusive)]
    [InlineData(Look.Silence, Witness.AnsweredBefore, CheckOutcome.Inconclusive)]
    [InlineData(Look.Silence, Witness.NobodyThere, CheckOutcome.Inconclusive)]
    [InlineData(Look.Reset, Witness.AnsweredBefore, CheckOutcome.Held)]
    [InlineData(Look.ResetLater, Witness.AnsweredBefore, CheckOutcome.Held)]
    [InlineData(Look.Reset, Witness.NobodyThere, CheckOutcome.Held)]
    [InlineData(Look.Prohibited, Witness.None, CheckOutcome.Held)]
    [InlineData(Look.Reset, Witness.GatewayItself, CheckOutcome.Held)]
    [InlineData(Look.Silence, Witness.GatewayItself, CheckOutcome.Held)]
    // Whatever came back from the far side came back from there.
    [InlineData(Look.Answered, Witness.None, CheckOutcome.Failed)]
    [InlineData(Look.Answered, Witness.GatewayItself, CheckOutcome.Failed)]
    [InlineData(Look.RefusedThere, Witness.None, CheckOutcome.Failed)]
    [InlineData(Look.ProhibitedThere, Witness.None, CheckOutcome.Inconclusive)]
    [InlineData(Look.ProhibitedThere, Witness.GatewayItself, CheckOutcome.Held)]
    [InlineData(Look.Closed, Witness.AnsweredBefore, CheckOutcome.Failed)]
    [InlineData(Look.Untried, Witness.None, CheckOutcome.NotTested)]
    [InlineData(Look.NoRoute, Witness.None, CheckOutcome.NotTested)]
    internal void A_refusal_is_told_from_a_missing_host(Look look, Witness witness, CheckOutcome expected) =>
        Assert.Equal(expected, Judge.Of(Denied(witness, look is Look.ResetLater or Look.Closed ? Stage.Hello : Stage.FirstPacket), Seen(look)).Outcome);

    [Fact]
    public void A_connection_that_had_to_be_refused_at_its_first_packet_is_an_escape_even_when_nothing_follows()
    {
        Assert.Equal(CheckOutcome.Failed, Judge.Of(Denied(Witness.None, Stage.FirstPacket), Seen(Look.Silence) with { Connected = true }).Outcome);
        Assert.Equal(CheckOutcome.Failed, Judge.Of(Denied(Witness.AnsweredBefore, Stage.FirstPacket), Seen(Look.ResetLater) with { Connected = true }).Outcome);
        Assert.Equal(CheckOutcome.Inconclusive, Judge.Of(Denied(Witness.None, Stage.Hello), Seen(Look.Silence) with { Connected = true }).Outcome);
    }

    [Fact]
    public void A_datagram_prohibited_on_the_way_makes_a_reset_in_the_same_place_a_refusal() =>
        Assert.Equal(CheckOutcome.Held, Judge.Of(Denied(Witness.None, Stage.FirstPacket), Seen(Look.Reset), refusedOnTheWay: true).Outcome);

    [Theory]
    [InlineData(true, Look.Reset, CheckOutcome.Failed)]
    [InlineData(true, Look.Silence, CheckOutcome.Failed)]
    [InlineData(false, Look.Silence, CheckOutcome.Held)]
    [InlineData(false, Look.ResetLater, CheckOutcome.Held)]
    [InlineData(false, Look.Answered, CheckOutcome.Failed)]
    internal void What_the_far_side_counted_weighs_more_than_what_the_client_saw(bool arrived, Look look, CheckOutcome expected) =>
        Assert.Equal(expected, Judge.Of(Denied(Witness.None, Stage.Hello), Seen(look), arrived: arrived).Outcome);

    [Theory]
    [InlineData("deny", "deny-x", "denied-by-rule", true, CheckOutcome.Held)]
    [InlineData("deny", "deny-x", "denied-by-rule", false, CheckOutcome.Failed)]
    [InlineData("deny", "deny-y", "denied-by-rule", true, CheckOutcome.Failed)]
    [InlineData("deny", "deny-x", "limit-reached", true, CheckOutcome.Failed)]
    [InlineData("deny", "default-deny", "gateway-itself", true, CheckOutcome.Held)]
    [InlineData("permit", "deny-x", "permitted-by-rule", true, CheckOutcome.Failed)]
    internal void A_record_has_to_say_the_policys_rule_and_reason_and_that_it_was_enforced(string verdict, string rule, string reason, bool enforced, CheckOutcome expected) =>
        Assert.Equal(expected, Judge.Of(Denied(Witness.None, Stage.FirstPacket), Seen(Look.Silence), new RecordLook(true, Event(verdict, rule, reason, enforced))).Outcome);

    [Fact]
    public void A_refusal_without_its_record_fails_and_silence_without_a_record_says_nothing()
    {
        Assert.Equal(CheckOutcome.Failed, Judge.Of(Denied(Witness.NobodyThere, Stage.FirstPacket), Seen(Look.Reset), new RecordLook(true, null)).Outcome);
        Assert.Equal(CheckOutcome.Inconclusive, Judge.Of(Denied(Witness.NobodyThere, Stage.FirstPacket), Seen(Look.Silence), new RecordLook(true, null)).Outcome);
    }

    [Fact]
    public void A_blocked_question_names_the_rule_and_any_other_answer_means_that_it_left()
    {
        VerifyCheck question = Question(false, "deny-x");
        Assert.Equal(CheckOutcome.Held, Judge.Of(question, Seen(Look.Blocked) with { Rule = "deny-x", Denial = "12345678" }).Outcome);
        Assert.Equal(CheckOutcome.Failed, Judge.Of(question, Seen(Look.Blocked) with { Rule = "default-deny", Denial = "12345678" }).Outcome);
        Assert.Equal(CheckOutcome.Inconclusive, Judge.Of(question, Seen(Look.Blocked)).Outcome); // another resolver's block
        Assert.Equal(CheckOutcome.Failed, Judge.Of(question, Seen(Look.NoSuchName)).Outcome);
        Assert.Equal(CheckOutcome.Failed, Judge.Of(question, Seen(Look.Answered)).Outcome);
        Assert.Equal(CheckOutcome.Inconclusive, Judge.Of(question, Seen(Look.Silence)).Outcome);
    }

    [Theory]
    [InlineData(Look.Answered, CheckOutcome.Held)]
    [InlineData(Look.Silence, CheckOutcome.Inconclusive)]
    [InlineData(Look.Reset, CheckOutcome.Inconclusive)]
    [InlineData(Look.ResetLater, CheckOutcome.Inconclusive)]
    [InlineData(Look.RefusedThere, CheckOutcome.Inconclusive)]
    [InlineData(Look.Blocked, CheckOutcome.Failed)]
    internal void A_permitted_destination_holds_only_when_it_works(Look look, CheckOutcome expected) =>
        Assert.Equal(expected, Judge.Of(Permitted(), Seen(look)).Outcome);

    [Fact]
    public void A_permit_without_a_record_or_by_another_rule_or_not_enforced_fails()
    {
        Assert.Equal(CheckOutcome.Held, Judge.Of(Permitted(), Seen(Look.Answered), new RecordLook(true, Event("permit", "allow-x", "permitted-by-rule", true))).Outcome);
        Assert.Equal(CheckOutcome.Failed, Judge.Of(Permitted(), Seen(Look.Answered), new RecordLook(true, null)).Outcome);
        Assert.Equal(CheckOutcome.Failed, Judge.Of(Permitted(), Seen(Look.Answered), new RecordLook(true, Event("permit", "allow-y", "permitted-by-rule", true))).Outcome);
        Assert.Equal(CheckOutcome.Failed, Judge.Of(Permitted(), Seen(Look.Answered), new RecordLook(true, Event("permit", "allow-x", "permitted-by-rule", false))).Outcome);
        Assert.Equal(CheckOutcome.Failed, Judge.Of(Permitted(), Seen(Look.ResetLater), new RecordLook(true, Event("deny", "default-deny", "name-not-bound", true))).Outcome);
    }

    [Fact]
    public void A_record_belongs_to_an_attempt_by_denial_id_or_by_tuple_and_time()
    {
        Probe probe = Denied(Witness.None, Stage.FirstPacket).Probe;
        Seen seen = Seen(Look.Reset) with { SourcePort = 40000 };
        FlowEvent own = Event("deny", "deny-x", "denied-by-rule", true) with { Agent = "a1", Destination = "203.0.113.9", Port = 443, Protocol = "tcp", SourcePort = 40000, Time = Start.AddSeconds(1) };
        Assert.True(RecordMatch.Fits(own, "a1", probe, seen));
        Assert.False(RecordMatch.Fits(own with { Agent = "a2" }, "a1", probe, seen));
        Assert.False(RecordMatch.Fits(own with { SourcePort = 40001 }, "a1", probe, seen));
        Assert.True(RecordMatch.Fits(own with { SourcePort = 40001, Event = "counted" }, "a1", probe, seen));
        Assert.False(RecordMatch.Fits(own with { Time = Start.AddSeconds(-2) }, "a1", probe, seen));
        Assert.False(RecordMatch.Fits(own with { Protocol = "udp" }, "a1", probe, seen));
        Assert.False(RecordMatch.Fits(own with { Verdict = "pending" }, "a1", probe, seen));
        Seen told = seen with { Denial = "4d2pf2db" };
        Assert.False(RecordMatch.Fits(own, "a1", probe, told));
        Assert.True(RecordMatch.Fits(own with { Denial = "4d2pf2db", Port = 53, Destination = "198.51.100.53" }, "a1", probe, told));
    }

    private static Seen Seen(Look look) => new() { Look = look, From = Start };

    private static VerifyCheck Denied(Witness witness, Stage stage) => new()
    {
        Id = "escape/x/4",
        Title = "x",
        Witness = witness,
        Expected = new Expected(false, stage, "deny-x", [Reason.DeniedByRule]),
        Probe = new Probe { Kind = ProbeKind.Tcp, To = AddressSamples.Parse("203.0.113.9"), Port = 443 },
    };

    private static VerifyCheck Question(bool permits, string rule) => new()
    {
        Id = "deny/x/4",
        Title = "x",
        Expected = new Expected(permits, Stage.Dns, rule, permits ? [] : [Reason.DeniedByRule]),
        Probe = new Probe { Kind = ProbeKind.Question, To = ImaginedGround.Resolver, Port = 53, Name = ImaginedGround.Name("x.example") },
    };

    private static VerifyCheck Permitted() => new()
    {
        Id = "permit/allow-x/4",
        Title = "x",
        Expected = new Expected(true, Stage.Hello, "allow-x", []),
        Probe = new Probe { Kind = ProbeKind.Tls, To = ImaginedGround.Core, Port = 443, Name = ImaginedGround.Name("core.example") },
    };

    private static FlowEvent Event(string verdict, string rule, string reason, bool enforced) => new()
    {
        Raw = default,
        Id = "g/1/1",
        Event = "decision",
        Time = Start,
        Verdict = verdict,
        Rule = rule,
        Reason = reason,
        Enforced = enforced,
        Mode = enforced ? "enforce" : "monitor",
    };
}
