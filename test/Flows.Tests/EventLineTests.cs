using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

public sealed class EventLineTests
{
    private static string Json(string singleQuoted) => singleQuoted.Replace('\'', '"');

    private static string LineOf(in FlowDraft draft)
    {
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        Assert.True(journal.AppendDurably(draft));
        return Assert.Single(temp.Lines);
    }

    [Fact]
    public void A_refused_hello_is_written_with_every_field_in_the_order_of_the_document()
    {
        DomainName[] bound = [TempJournal.Name("cdn.example.net"), TempJournal.Name("www.example.org")];
        Span<byte> denial = stackalloc byte[DenialId.Length];
        DenialId.Write(TempJournal.SomeFlow, denial);
        string line = LineOf(new FlowDraft
        {
            Flow = TempJournal.SomeFlow,
            Kind = FlowEventKind.Decision,
            AgentId = "coding-1",
            AgentClass = "coding",
            Labels = FlowLabels.From([new("team", "red"), new("env", "dev")]),
            Source = Address.V6(((UInt128)0x20010db8_00000000 << 64) | 0x10),
            SourcePort = 40001,
            Destination = Address.V6(((UInt128)0x20010db8_00010000 << 64) | 0x5),
            Port = 443,
            Protocol = 6,
            ClaimedName = "evil.example"u8,
            ClaimSource = NameSource.Sni,
            Bound = bound,
            Stage = Stage.Hello,
            Proof = Proof.Address,
            RuleName = "default-deny",
            Reason = Reason.NameNotBound,
            Verdict = Verdict.Deny,
            Enforced = true,
            WouldVerdict = Verdict.Deny,
            WouldRule = "try-evil",
            Denial = denial,
            PolicyVersion = "abc",
            AgentsHash = "def",
            Generation = 7,
        });
        Assert.Equal(Json("{'v':1,'id':'gw-1/1/1','flow':'0195529a-7b80-7000-8000-0123456789ab','event':'decision','time':'2026-03-01T12:00:00.123456Z','gateway':'gw-1',"
            + "'agent':'coding-1','class':'coding','labels':{'env':'dev','team':'red'},'src':'2001:db8::10','srcPort':40001,'dst':'2001:db8:1::5','protocol':'tcp','port':443,"
            + "'names':[{'name':'evil.example','source':'sni'},{'name':'cdn.example.net','source':'binding'},{'name':'www.example.org','source':'binding'}],"
            + "'proof':'address','stage':'hello','rule':'default-deny','reason':'name-not-bound','verdict':'deny','mode':'enforce','enforced':true,"
            + "'would':{'verdict':'deny','rule':'try-evil'},'denial':'4d2pf2db','policy':'abc','agentsHash':'def','generation':7}"), line);
    }

    [Fact]
    public void The_longest_line_is_within_what_whoever_takes_lines_takes()
    {
        string longest = string.Join('.', Enumerable.Repeat(new string('x', 63), 4))[..253], identifier = new('i', 64);
        byte[] raw = [.. Enumerable.Repeat((byte)0xff, 300)];
        string line = LineOf(new FlowDraft
        {
            Flow = TempJournal.SomeFlow,
            Kind = FlowEventKind.Decision,
            AgentId = identifier,
            AgentClass = identifier,
            // Every character escaped.
            Labels = FlowLabels.From(Enumerable.Range(0, 128).Select(i => new KeyValuePair<string, string>($"{i:d3}" + new string('"', 13), new string('\\', 16)))),
            Source = Address.V6(UInt128.MaxValue),
            SourcePort = ushort.MaxValue,
            Destination = Address.V6(UInt128.MaxValue),
            Port = ushort.MaxValue,
            Protocol = 6,
            ClaimedName = raw,
            ClaimSource = NameSource.Sni,
            Bound = [.. Enumerable.Repeat(TempJournal.Name(longest), 40)],
            Stage = Stage.Hello,
            Proof = Proof.Address,
            RuleName = identifier + "/" + identifier,
            Reason = Reason.NameNotBound,
            Verdict = Verdict.Deny,
            WouldVerdict = Verdict.Deny,
            WouldRule = identifier + "/" + identifier,
            PolicyVersion = identifier,
            AgentsHash = identifier,
            BytesOut = long.MaxValue,
            BytesIn = long.MaxValue,
        });
        Assert.InRange(line.Length, 10_000, FlowEvent.MaxLineBytes / 2);
    }

    [Fact]
    public void In_monitor_mode_would_is_the_decision_and_a_monitor_rule_stands_beside_it()
    {
        string line = LineOf(new FlowDraft
        {
            Flow = TempJournal.SomeFlow,
            Kind = FlowEventKind.Decision,
            Stage = Stage.Dns,
            ClaimedName = "models.example"u8,
            RuleName = "shadow-model-deny",
            Reason = Reason.DeniedByRule,
            Verdict = Verdict.Deny,
            Mode = Mode.Monitor,
            WouldVerdict = Verdict.Permit,
            WouldRule = "trial",
        });
        Assert.EndsWith(Json("'names':[{'name':'models.example','source':'question'}],'proof':'address','stage':'dns','rule':'shadow-model-deny','reason':'denied-by-rule',"
            + "'verdict':'deny','mode':'monitor','enforced':false,'would':{'verdict':'deny','rule':'shadow-model-deny'},'monitored':{'verdict':'permit','rule':'trial'}}"), line);
    }

    [Fact]
    public void An_end_carries_all_counts_and_no_decision()
    {
        string line = LineOf(new FlowDraft { Flow = TempJournal.SomeFlow, Kind = FlowEventKind.End, BytesOut = 1, PacketsIn = 2, DurationMs = 3, End = "closed" });
        Assert.EndsWith(Json(",'gateway':'gw-1','bytesOut':1,'bytesIn':0,'packetsOut':0,'packetsIn':2,'durationMs':3,'end':'closed'}"), line);
        Assert.DoesNotContain("verdict", line);
    }

    [Fact]
    public void A_protocol_without_a_word_is_a_number()
    {
        Assert.Contains("\"protocol\":132,", LineOf(new FlowDraft { Flow = TempJournal.SomeFlow, Kind = FlowEventKind.Counted, Protocol = 132, Port = 9 }));
    }

    [Fact]
    public void Names_beyond_the_limit_are_counted_and_make_the_event_unreplayable()
    {
        DomainName[] many = [.. Enumerable.Range(0, EventLine.MaxNames + 3).Select(i => TempJournal.Name($"n{i}.example"))];
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        journal.AppendDurably(new FlowDraft { Flow = TempJournal.SomeFlow, Kind = FlowEventKind.Decision, RuleName = "r", Bound = many });
        FlowEvent read = Assert.Single(temp.Read());
        Assert.Equal((EventLine.MaxNames, 3), (read.Names.Count, read.NamesOmitted));
        Assert.Null(FlowReplay.From(read));
    }
}
