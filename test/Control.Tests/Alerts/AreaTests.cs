using System.Collections.Frozen;
using Exeat.Control.Alerts;
using Exeat.Control.Flows;
using Exeat.Control.Storage;
using Exeat.Control.Tests.Export;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Store;

namespace Exeat.Control.Tests.Alerts;

/// <summary>What alerts and questions take from other areas: gateways' reports, policies in force, agents.</summary>
public sealed class AreaTests
{
    [Fact]
    public void A_gateway_is_watched_by_what_it_reported_last_whatever_that_is()
    {
        using var temp = new TempDatabase();
        temp.Database.Change(change => change.Run("CREATE TABLE IF NOT EXISTS gateways (id TEXT PRIMARY KEY, created TEXT NOT NULL, created_by TEXT NOT NULL, enrolled TEXT, last_seen TEXT, ends TEXT, revoked TEXT, report TEXT)"));
        Insert("gw-1", seen: true, """{"time":"2026-03-01T12:00:40Z","lagSeconds":400.5,"lost":3,"gateway":{"declaredMode":"enforce","effectiveMode":"mixed","alarms":["a"],"queue":{"overruns":2},"journal":{"bytes":90,"maxBytes":100}}}""");
        Insert("gw-2", seen: false, null);
        Insert("gw-3", seen: true, """{"time":7,"lagSeconds":"x","gateway":null,"lost":-1e99}""");
        Insert("gw-4", seen: true, "{}", revoked: true);
        IReadOnlyList<WatchedGateway> all = new EnrolledGateways(temp.Database).All();
        Assert.Equal(["gw-1", "gw-2", "gw-3"], all.Select(gateway => gateway.Id));
        Assert.Equal(["clock-skew", "gateway-lagging", "journal-filling", "mode-mismatch"], GatewayAlerts.Look([all[0]], Records.Noon).Select(alert => alert.Event.Word).Order(StringComparer.Ordinal));
        Assert.Equal(5, all[0].Lost);
        // One that was enrolled and never reported is silent, not unknown.
        Assert.Equal("gateway-down", Assert.Single(GatewayAlerts.Look([all[1]], Records.Noon.AddMinutes(4))).Event.Word);
        Assert.Empty(GatewayAlerts.Look([all[2]], Records.Noon));

        void Insert(string id, bool seen, string? report, bool revoked = false) => temp.Database.Change(change => change.Run(
            "INSERT INTO gateways (id, created, created_by, enrolled, last_seen, ends, revoked, report) VALUES ($id, $now, 'user:admin', $now, $seen, $ends, $revoked, $report)",
            ("$id", id), ("$now", Records.Noon), ("$seen", seen ? Records.Noon : null), ("$ends", Records.Noon.AddDays(30)), ("$revoked", revoked ? Records.Noon : null), ("$report", report)));
    }

    [Fact]
    public void A_smart_group_is_its_agents_now_and_the_addresses_it_states()
    {
        SmartGroup byClass = Group(new GroupSelector { Classes = ["coding"] }), byLabel = Group(new GroupSelector { Labels = [new LabelSelector("team", ["core", "infra"])] }), byCidr = Group(new GroupSelector { Cidrs = [Cidr("10.0.0.0/8"), Cidr("fd00::/8")] });
        AgentDocument[] agents =
        [
            new() { Id = "coding-1", Class = "coding", Addresses = [At("192.0.2.2"), At("2001:db8::2")], Labels = [new("team", "core")] },
            new() { Id = "research-1", Class = "research", Addresses = [At("10.1.2.3")], Labels = [new("team", "infra")] },
        ];
        Assert.Equal(["coding-1"], PolicyGroups.Who([byClass], agents).Agents);
        Assert.Equal(["coding-1", "research-1"], PolicyGroups.Who([byLabel], agents).Agents);
        ResolvedGroup cidr = PolicyGroups.Who([byCidr], agents);
        Assert.Equal(["research-1"], cidr.Agents);
        Assert.Equal(2, cidr.Prefixes.Count);
        Assert.Equal(["192.0.2.2/32", "2001:db8::2/128"], PolicyGroups.Where([byClass], agents).Prefixes.Select(prefix => prefix.ToString()));
        // Nobody: chooses nothing, rather than everything.
        Assert.Equal((0, 0), (PolicyGroups.Who([Group()], agents).Agents.Count, PolicyGroups.Who([Group()], agents).Prefixes.Count));
    }

    [Fact]
    public void What_ends_within_a_day_is_near_and_what_has_ended_is_not()
    {
        Assert.True(NamePattern.TryParse("docs.example.org", out NamePattern? pattern, out _));
        NameEntry Entry(DateTimeOffset? ends) => new() { Pattern = pattern, Group = "docs", Owner = "sec", Expires = ends };
        var policy = new Exeat.Policy.Policy
        {
            Version = "0123456789abcdef",
            Mode = Mode.Enforce,
            Rules =
            [
                new Rule { Name = "soon", Priority = 1, Action = RuleAction.Permit, Expires = Records.Noon.AddHours(23) },
                new Rule { Name = "later", Priority = 2, Action = RuleAction.Permit, Expires = Records.Noon.AddHours(25) },
                new Rule { Name = "over", Priority = 3, Action = RuleAction.Permit, Expires = Records.Noon },
                new Rule { Name = "never", Priority = 4, Action = RuleAction.Permit },
            ],
            WebGroups = new Dictionary<string, WebGroup> { ["docs"] = new WebGroup { Name = "docs", Entries = [Entry(Records.Noon.AddHours(1)), Entry(null)] } }.ToFrozenDictionary(),
        };
        NearExpiry[] near = [.. PolicyExpiries.Of(policy, TimeSpan.FromHours(24), Records.Noon)];
        Assert.Equal(["rule soon", "docs.example.org of webGroup docs"], near.Select(one => one.What));
        Assert.Equal("sec", near[1].Owner);
    }

    private static SmartGroup Group(params GroupSelector[] anyOf) => new() { Name = "g", AnyOf = [.. anyOf] };

    private static Prefix Cidr(string text) => Prefix.TryParse(text, out Prefix prefix) ? prefix : throw new FormatException(text);

    private static Address At(string text) => Address.TryParse(text, out Address address) ? address : throw new FormatException(text);
}
