using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

public sealed class WhatIfTests : IDisposable
{
    private const string Permit = "- {name: allow, priority: 20, from: [coders], to: {names: [good]}, protocol: tcp, ports: [443], action: permit}\n";
    private const string PermitBad = "- {name: allow-bad, priority: 30, from: [coders], to: {names: [bad]}, protocol: tcp, ports: [443], action: permit}\n";
    private const string Other = "- {name: other, priority: 10, from: [coders], to: {names: [good]}, protocol: tcp, ports: [443], action: permit}\n";
    private const string Address = "- {name: everywhere, priority: 40, from: [coders], protocol: tcp, ports: [443], action: permit}\n";
    private const string DenyGood = "- {name: no-good, priority: 5, to: {names: [good]}, action: deny}\n";

    private readonly TempJournal _journal = new();

    private void Record(params Action<Journal>[] writes)
    {
        using Journal journal = _journal.Open();
        foreach (Action<Journal> write in writes)
        {
            write(journal);
            _journal.Time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.True(journal.Commit());
    }

    private WhatIf Ask(string rules, AttemptScope? scope = null) => Replays.Ask(_journal, Replays.Compile(Replays.Head + rules), out _, scope);

    private static long[] Totals(WhatIf whatIf) => [.. Enum.GetValues<WhatIfChange>().Select(whatIf.Total)];

    [Theory]
    [InlineData(Permit + PermitBad, WhatIfChange.Unchanged)]
    [InlineData(PermitBad, WhatIfChange.NewlyDenied)]
    [InlineData(Other + PermitBad, WhatIfChange.ChangedRule)]
    public void A_permit_is_kept_lost_or_given_by_another_rule(string rules, WhatIfChange change)
    {
        Record(journal => journal.Append(Replays.Hello(Replays.Flow(_journal))));
        WhatIf whatIf = Ask(rules);
        Assert.Equal((1, 1), (whatIf.Compared, whatIf.Total(change)));
        if (change == WhatIfChange.Unchanged)
        {
            Assert.All(Enum.GetValues<WhatIfChange>(), kind => Assert.Empty(whatIf.Rows(kind)));
            return;
        }
        WhatIfRow row = Assert.Single(whatIf.Rows(change));
        string now = change == WhatIfChange.NewlyDenied ? "default-deny" : "other";
        Assert.Equal(new WhatIfKey(change, "coding-1", "www.x.example", null, "tcp", 443, "dns+sni", "allow", now, false), row.Key);
    }

    [Fact]
    public void A_denial_becomes_a_permit_with_its_count_and_its_times()
    {
        Guid flow = Replays.Flow(_journal);
        FlowDraft Refused(FlowEventKind kind, long count) => new()
        {
            Flow = flow,
            Kind = kind,
            AgentId = "coding-1",
            AgentClass = "coding",
            ClaimedName = "www.x.example"u8,
            ClaimSource = NameSource.Question,
            Stage = Stage.Dns,
            RuleName = "default-deny",
            Reason = Reason.DefaultDeny,
            Enforced = true,
            Count = count,
        };
        Record(journal => journal.Append(Refused(FlowEventKind.Decision, 1)), journal => journal.Append(Refused(FlowEventKind.Counted, 1)), journal => journal.Append(Refused(FlowEventKind.Counted, 998)));
        WhatIfRow row = Assert.Single(Ask(Permit).Rows(WhatIfChange.NewlyPermitted));
        Assert.Equal(("dns", 0, "www.x.example", 1000L), (row.Key.Protocol, row.Key.Port, row.Key.Name, row.Count));
        Assert.Equal(TimeSpan.FromSeconds(2), row.Last - row.First);
        Assert.Equal(flow.ToString(), row.Flow);
    }

    [Fact]
    public void A_first_packet_that_waited_is_one_attempt_with_its_hello()
    {
        Guid flow = Replays.Flow(_journal);
        Record(
            journal => journal.Append(Replays.FirstPacket(flow, Verdict.Pending, "default-deny", Reason.AwaitsHello)),
            journal => journal.Append(Replays.Hello(flow)),
            journal => journal.Append(new FlowDraft { Flow = flow, Kind = FlowEventKind.End, AgentId = "coding-1", End = "closed" }));
        Assert.Equal([1, 0, 0, 0, 0], Totals(Ask(Permit)));
        Assert.Equal([0, 1, 0, 0, 0], Totals(Ask(PermitBad)));
    }

    [Fact]
    public void A_first_packet_that_still_waits_when_the_records_end_is_an_attempt_of_its_own()
    {
        Record(journal => journal.Append(Replays.FirstPacket(Replays.Flow(_journal), Verdict.Pending, "default-deny", Reason.AwaitsHello)));
        Assert.Equal([1, 0, 0, 0, 0], Totals(Ask(Permit)));
        Assert.Equal([0, 1, 0, 0, 0], Totals(Ask(PermitBad)));
    }

    [Fact]
    public void Of_more_waiting_flows_than_are_kept_none_is_lost()
    {
        const int many = (2 * RecordedAttempts.MaxWaiting) + 10;
        Record(journal =>
        {
            for (int i = 0; i < many; i++) journal.Append(Replays.FirstPacket(Guid.NewGuid(), Verdict.Pending, "default-deny", Reason.AwaitsHello));
        });
        Assert.Equal(many, Ask(Permit).Compared);
    }

    [Fact]
    public void A_refused_first_packet_is_followed_to_the_hello_that_an_honest_client_sends()
    {
        Record(
            journal => journal.Append(Replays.FirstPacket(Replays.Flow(_journal), Verdict.Deny, "default-deny", Reason.DefaultDeny)),
            journal => journal.Append(Replays.FirstPacket(Replays.Flow(_journal), Verdict.Deny, "default-deny", Reason.DefaultDeny, [])));
        WhatIf whatIf = Ask(Permit);
        WhatIfRow row = Assert.Single(whatIf.Rows(WhatIfChange.NewlyPermitted));
        Assert.Equal(("allow", true, 1L), (row.Key.RuleNow, row.Key.DependsOnHello, row.Count));
        Assert.Equal([1, 0, 1, 0, 0], Totals(whatIf));
    }

    [Fact]
    public void A_permit_by_address_that_would_wait_is_followed_too()
    {
        Record(
            journal => journal.Append(Replays.FirstPacket(Replays.Flow(_journal), Verdict.Permit, "everywhere", Reason.PermittedByRule)),
            journal => journal.Append(Replays.FirstPacket(Replays.Flow(_journal), Verdict.Permit, "everywhere", Reason.PermittedByRule, [TempJournal.Name("free.example")])));
        WhatIf whatIf = Ask(DenyGood + Address);
        Assert.Equal([1, 1, 0, 0, 0], Totals(whatIf));
        Assert.Equal(("www.x.example", "no-good"), (whatIf.Rows(WhatIfChange.NewlyDenied)[0].Key.Name, whatIf.Rows(WhatIfChange.NewlyDenied)[0].Key.RuleNow));
    }

    [Fact]
    public void What_monitor_let_pass_is_compared_by_what_enforce_would_have_done()
    {
        Record(journal => journal.Append(Replays.Hello(Replays.Flow(_journal), Verdict.Deny, "default-deny", Reason.DefaultDeny) with { Mode = Mode.Monitor, Enforced = false }));
        Assert.Equal([0, 0, 1, 0, 0], Totals(Ask(Permit)));
        Assert.Equal([0, 0, 0, 1, 0], Totals(Ask(PermitBad)));
        // A candidate that only monitors as well refuses nothing.
        Assert.Equal([1, 0, 0, 0, 0], Totals(Replays.Ask(_journal, Replays.Compile(Replays.Head.Replace("mode: enforce", "mode: monitor", StringComparison.Ordinal) + PermitBad), out _)));
    }

    [Fact]
    public void What_policy_did_not_decide_is_left_out_and_counted()
    {
        Guid flow = Replays.Flow(_journal);
        Record(
            journal => journal.Append(Replays.Hello(flow, Verdict.Deny, "default-deny", Reason.SpoofedSource)),
            journal => journal.Append(Replays.Hello(flow, Verdict.Deny, "default-deny", Reason.Malformed) with { Kind = FlowEventKind.Counted, Count = 41 }),
            journal => journal.Append(new FlowDraft { Flow = flow, Kind = FlowEventKind.Counted, AgentId = "coding-1", RuleName = "default-deny", Reason = Reason.DefaultDeny, Stage = Stage.FirstPacket, Count = 7 }),
            journal => journal.Append(Replays.Hello(flow) with { Bound = [.. Enumerable.Range(0, 40).Select(i => TempJournal.Name($"n{i}.example"))] }),
            // The first packet waited for a hello that never came: nothing that policy decided.
            journal => journal.Append(Replays.FirstPacket(flow, Verdict.Pending, "default-deny", Reason.AwaitsHello)),
            journal => journal.Append(Replays.FirstPacket(flow, Verdict.Deny, "default-deny", Reason.NoHello)));
        WhatIf whatIf = Replays.Ask(_journal, Replays.Compile(Replays.Head + Permit), out RecordedAttempts attempts);
        Assert.Equal(0, whatIf.Compared);
        Assert.Equal(
            new Dictionary<string, long> { ["spoofed-source"] = 1, ["malformed"] = 41, [RecordedAttempts.WithoutDestination] = 7, [RecordedAttempts.NamesOmitted] = 1, ["no-hello"] = 1 },
            attempts.LeftOut);
    }

    [Fact]
    public void An_agent_that_nobody_declares_any_more_is_named()
    {
        Record(journal => journal.Append(Replays.Hello(Replays.Flow(_journal)) with { AgentId = "gone-1" }), journal => journal.Append(Replays.Hello(Replays.Flow(_journal))));
        WhatIf whatIf = Ask(PermitBad);
        Assert.Equal(("gone-1", 1L), (Assert.Single(whatIf.UnknownAgents).Key, whatIf.UnknownAgents["gone-1"]));
        Assert.Equal(1, whatIf.Compared);
    }

    [Fact]
    public void Time_and_agent_choose_what_is_asked()
    {
        Record(
            journal => journal.Append(Replays.Hello(Replays.Flow(_journal))),
            journal => journal.Append(Replays.Hello(Replays.Flow(_journal)) with { AgentId = "research-1" }),
            journal => journal.Append(Replays.Hello(Replays.Flow(_journal))));
        DateTimeOffset second = TempJournal.Start.AddSeconds(1);
        Assert.Equal(2, Ask(Permit, new AttemptScope { Since = second }).Compared);
        Assert.Equal(2, Ask(Permit, new AttemptScope { Until = second }).Compared);
        Assert.Equal(1, Ask(Permit, new AttemptScope { Agents = new HashSet<string> { "research-1" } }).Compared);
    }

    [Fact]
    public void Destinations_beyond_the_limit_are_counted_together_and_none_is_lost()
    {
        Record(journal =>
        {
            for (int i = 0; i < 50; i++) journal.Append(Replays.Hello(Guid.NewGuid()) with { Port = (ushort)(1000 + i) });
        });
        WhatIf whatIf = Replays.Ask(_journal, Replays.Compile(Replays.Head + PermitBad), out _, maxRows: 10);
        Assert.True(whatIf.IsFolded);
        Assert.Equal((11, 50L), (whatIf.Rows(WhatIfChange.NewlyDenied).Count, whatIf.Rows(WhatIfChange.NewlyDenied).Sum(row => row.Count)));
    }

    [Fact]
    public void A_tail_that_a_crash_cut_short_is_passed_over()
    {
        Record(journal => journal.Append(Replays.Hello(Replays.Flow(_journal))));
        File.AppendAllText(_journal.Segments[0], "{\"v\":1,\"id\":\"gw-1/1/9\",\"event\":\"deci");
        Assert.Equal(1, Ask(Permit).Compared);
    }

    [Fact]
    public void Agents_can_be_taken_from_the_records_themselves()
    {
        Record(
            journal => journal.Append(Replays.Hello(Replays.Flow(_journal)) with { Labels = FlowLabels.From([new("team", "red")]) }),
            // An address that the agent made up is none of its own.
            journal => journal.Append(Replays.Hello(Replays.Flow(_journal), Verdict.Deny, "default-deny", Reason.SpoofedSource) with { Source = Names.Address.V4(0x0A000001) }));
        AgentsDocument agents = RecordedAgents.Of(_journal.Read());
        AgentDocument agent = Assert.Single(agents.Agents);
        Assert.Equal(("coding-1", "coding", "192.0.2.2", "red"), (agent.Id, agent.Class, Assert.Single(agent.Addresses).ToString(), Assert.Single(agent.Labels).Value));
        Assert.Equal([1, 0, 0, 0, 0], Totals(Replays.Ask(_journal, Replays.Compile(Replays.Head + Permit, agents), out _)));
    }

    public void Dispose() => _journal.Dispose();
}
