using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

public sealed class QueryTests : IDisposable
{
    private readonly TempJournal _temp = new();
    private readonly IReadOnlyList<FlowSummary> _flows;

    // Three flows: a permit that ended, a deny at the DNS question, and a would-be deny of another agent a day later.
    public QueryTests()
    {
        using Journal journal = _temp.Open();
        Guid permitted = Guid.NewGuid();
        DomainName[] bound = [TempJournal.Name("api.example.org")];
        journal.Append(new FlowDraft
        {
            Flow = permitted,
            Kind = FlowEventKind.Decision,
            AgentId = "a",
            AgentClass = "coding",
            RuleName = "default-deny",
            Stage = Stage.FirstPacket,
            Verdict = Verdict.Pending,
            Reason = Reason.AwaitsHello,
            Enforced = true,
            Bound = bound,
        });
        journal.Append(new FlowDraft
        {
            Flow = permitted,
            Kind = FlowEventKind.Decision,
            AgentId = "a",
            AgentClass = "coding",
            RuleName = "allow",
            Stage = Stage.Hello,
            Verdict = Verdict.Permit,
            Reason = Reason.PermittedByRule,
            Enforced = true,
            ClaimedName = "api.example.org"u8,
            ClaimSource = NameSource.Sni,
            Proof = Proof.DnsSni,
        });
        journal.Append(new FlowDraft { Flow = permitted, Kind = FlowEventKind.End, BytesOut = 10, BytesIn = 20, End = "closed" });
        journal.Append(new FlowDraft
        {
            Flow = Guid.NewGuid(),
            Kind = FlowEventKind.Decision,
            AgentId = "a",
            AgentClass = "coding",
            RuleName = "shadow",
            Verdict = Verdict.Deny,
            Reason = Reason.DeniedByRule,
            Enforced = true,
            ClaimedName = "deep.models.example"u8,
        });
        _temp.Time.Advance(TimeSpan.FromDays(1));
        journal.Append(new FlowDraft
        {
            Flow = Guid.NewGuid(),
            Kind = FlowEventKind.Decision,
            AgentId = "b",
            AgentClass = "research",
            RuleName = "default-deny",
            Verdict = Verdict.Deny,
            Reason = Reason.DefaultDeny,
            Mode = Mode.Monitor,
            Stage = Stage.FirstPacket,
            Destination = Address.V4(1),
            WouldRule = "trial",
            WouldVerdict = Verdict.Permit,
        });
        journal.Commit();
        _flows = FlowFold.Fold(_temp.Read());
    }

    private string Chosen(FlowQuery query) => string.Join(' ', _flows.Where(query.Matches).Select(flow => flow.Decision.Rule));

    [Fact]
    public void A_flow_is_folded_to_its_last_decision_all_names_and_its_counts()
    {
        FlowSummary flow = _flows[0];
        Assert.Equal(("permit", "allow", "api.example.org", 20L, 1L), (flow.Outcome, flow.Decision.Rule, flow.Name, flow.Counts!.BytesIn, flow.Attempts));
        Assert.Equal(["binding", "sni"], flow.Names.Select(name => name.Source));
        Assert.Equal("would deny", _flows[2].Outcome);
    }

    [Fact]
    public void Each_condition_chooses_its_flows()
    {
        Assert.Equal("allow shadow default-deny", Chosen(new FlowQuery()));
        Assert.Equal("allow shadow", Chosen(new FlowQuery { Agent = "a" }));
        Assert.Equal("default-deny", Chosen(new FlowQuery { Class = "research" }));
        Assert.Equal("allow", Chosen(new FlowQuery { Verdict = "permit" }));
        Assert.Equal("shadow", Chosen(new FlowQuery { Verdict = "deny" }));
        Assert.Equal("default-deny", Chosen(new FlowQuery { Verdict = "would-deny" }));
        Assert.Equal("shadow", Chosen(new FlowQuery { Reason = "denied-by-rule" }));
        Assert.Equal("default-deny", Chosen(new FlowQuery { Rule = "trial" }));
        Assert.Equal("default-deny", Chosen(new FlowQuery { Since = TempJournal.Start.AddHours(1) }));
        Assert.Equal("allow shadow", Chosen(new FlowQuery { Until = TempJournal.Start.AddHours(1) }));
        Assert.Equal("", Chosen(new FlowQuery { Agent = "a", Class = "research" }));
    }

    [Theory]
    [InlineData("api.example.org", "allow")]
    [InlineData("API.example.org.", "allow")]
    [InlineData("example.org", "")]
    [InlineData("*.example.org", "allow")]
    [InlineData("**.example.org", "allow")]
    [InlineData("*.models.example", "shadow")]
    [InlineData("*.org", "")]
    public void Names_are_chosen_as_a_policy_matches_them(string name, string rules) => Assert.Equal(rules, Chosen(new FlowQuery { Name = name }));

    [Theory]
    [InlineData("7d", "2026-02-22T12:00:00")]
    [InlineData("1h", "2026-03-01T11:00:00")]
    [InlineData("90s", "2026-03-01T11:58:30")]
    [InlineData("2026-01-31", "2026-01-31T00:00:00")]
    [InlineData("2026-01-31T08:30:00Z", "2026-01-31T08:30:00")]
    [InlineData("2026-01-31T08:30:00+02:00", "2026-01-31T06:30:00")]
    [InlineData("2000000000d", "1970-01-01T00:00:00")]
    [InlineData("soon", null)]
    [InlineData("-1h", null)]
    [InlineData("h", null)]
    public void Moments_are_spans_back_from_now_or_times(string text, string? expected)
    {
        bool read = Moment.TryParse(text, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), out DateTimeOffset moment);
        Assert.Equal(expected, read ? moment.UtcDateTime.ToString("s") : null);
    }

    [Fact]
    public void A_denial_id_belongs_to_its_flow_and_is_easy_to_read_out()
    {
        string id = DenialId.Of(TempJournal.SomeFlow);
        Assert.Equal(8, id.Length);
        Assert.Equal(id, DenialId.Of(TempJournal.SomeFlow));
        Assert.NotEqual(id, DenialId.Of(Guid.NewGuid()));
        Assert.DoesNotContain(id, c => "ilou".Contains(c));
    }

    public void Dispose() => _temp.Dispose();
}
