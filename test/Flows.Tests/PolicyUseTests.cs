using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

public sealed class PolicyUseTests : IDisposable
{
    private const string Rules = """
        - {name: watch, priority: 5, mode: monitor, from: [coders], to: {names: [good]}, action: deny}
        - {name: allow, priority: 20, from: [coders], to: {names: [good]}, protocol: tcp, ports: [443], action: permit}
        - {name: east, priority: 30, from: [coders], to: {groups: [private]}, action: permit}
        - {name: idle, priority: 40, from: [coders], to: {names: [bad]}, protocol: tcp, ports: [443], action: permit}
        """;

    private readonly TempJournal _journal = new();

    private PolicyUse Use()
    {
        var use = new PolicyUse(Replays.Compile(Replays.Head + Rules));
        foreach (RecordedAttempt attempt in new RecordedAttempts(new AttemptScope()).Of(_journal.Read())) use.Add(attempt);
        return use;
    }

    [Fact]
    public void Hits_are_counted_by_rule_and_by_the_pattern_that_matched()
    {
        DomainName deep = TempJournal.Name("a.deep.example");
        using (Journal journal = _journal.Open())
        {
            journal.Append(Replays.Hello(Replays.Flow(_journal)));
            _journal.Time.Advance(TimeSpan.FromSeconds(1));
            // An older policy denied it: counted is what this one says.
            journal.Append(Replays.Hello(Replays.Flow(_journal), Verdict.Deny, "default-deny", Reason.DefaultDeny) with { ClaimedName = deep.Bytes, Bound = new DomainName[] { deep } });
            journal.Append(new FlowDraft
            {
                Flow = Replays.Flow(_journal),
                Kind = FlowEventKind.Counted,
                AgentId = "coding-1",
                AgentClass = "coding",
                ClaimedName = deep.Bytes,
                ClaimSource = NameSource.Question,
                Stage = Stage.Dns,
                RuleName = "default-deny",
                Reason = Reason.DefaultDeny,
                Enforced = true,
                Count = 5,
            });
            journal.Append(Replays.FirstPacket(Replays.Flow(_journal), Verdict.Permit, "east", Reason.PermittedByRule, []) with { Destination = Address.V4(0x0A000005) });
            journal.Append(Replays.FirstPacket(Replays.Flow(_journal), Verdict.Deny, "default-deny", Reason.DefaultDeny, []));
            Assert.True(journal.Commit());
        }
        PolicyUse use = Use();
        RuleUse allow = use.Rules[1], east = use.Rules[2];
        Assert.Equal((2L, 5L, TempJournal.Start.AddSeconds(1)), (allow.Connections, allow.Questions, allow.Last!.Value.AddTicks(-allow.Last.Value.Ticks % 10)));
        Assert.Equal([("www.x.example", 1L, "www.x.example"), ("**.deep.example", 6L, "a.deep.example")], allow.Names.Select(name => (name.Entry.Pattern.Text, name.Hits, Assert.Single(name.Names))));
        Assert.Equal((1L, "10.0.0.5"), (east.Connections, Assert.Single(east.Addresses)));
        Assert.Equal((0L, (DateTimeOffset?)null), (use.Rules[3].Connections + use.Rules[3].Questions, use.Rules[3].Last));
        Assert.Equal(7, use.Rules[0].Monitored);
        Assert.Equal(1, use.ByDefault);
    }

    [Fact]
    public void Of_many_names_only_some_are_kept_and_all_are_counted()
    {
        using (Journal journal = _journal.Open())
        {
            for (int i = 0; i < 2 * NameUse.MaxNames; i++)
            {
                DomainName name = TempJournal.Name($"n{i}.deep.example");
                journal.Append(Replays.Hello(Guid.NewGuid()) with { ClaimedName = name.Bytes, Bound = new DomainName[] { name } });
            }
            Assert.True(journal.Commit());
        }
        NameUse use = Use().Rules[1].Names[1];
        Assert.Equal((2L * NameUse.MaxNames, NameUse.MaxNames), (use.Hits, use.Names.Count));
    }

    public void Dispose() => _journal.Dispose();
}
