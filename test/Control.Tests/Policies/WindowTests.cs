using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Policies;
using Exeat.Policy;

namespace Exeat.Control.Tests.Policies;

public sealed class WindowTests : IDisposable
{
    private readonly PolicyRoom _room = new();

    public WindowTests()
    {
        _room.Gateway("gw-1", "coding-1:coding");
        _room.Gateway("gw-2", "research-1:research");
        Base = _room.Assign(PolicyRoom.Web, AssignmentTarget.Default);
    }

    private string Base { get; }

    [Fact]
    public void A_break_glass_permits_for_its_time_and_ends_on_the_gateway_by_itself()
    {
        ChangeResult opened = Open(Glass("help.example.org"));
        Assert.Equal(("done", "gw-1"), (opened.State, Assert.Single(opened.Effect.Gateways)));
        Assert.Contains(opened.Effect.NewlyPermitted, sentence => sentence.StartsWith($"coding-1 may reach help.example.org (tcp/443) by break-glass-{opened.Window}", StringComparison.Ordinal));
        DesiredPolicy desired = _room.Desired.Of("gw-1")!;
        Assert.Equal((Base, true), (desired.BaseVersion, desired.BreakGlass));
        Assert.NotEqual(Base, desired.Version);
        Assert.Equal(Base, _room.Desired.Of("gw-2")!.Version);

        CompiledPolicy now = _room.AsGateway("gw-1");
        Assert.Equal($"permit by break-glass-{opened.Window}", PolicyRoom.Verdict(now, "coding-1", "https://help.example.org"));
        // As any permit: with the name proven, on its port, for its agents.
        Assert.Equal("deny by default-deny", PolicyRoom.Verdict(now, "coding-1", "tcp://help.example.org:443"));
        Assert.Equal("deny by default-deny", PolicyRoom.Verdict(now, "coding-1", "https://help.example.org:8443"));
        Assert.Equal("permit by allow-core", PolicyRoom.Verdict(now, "coding-1", "https://www.example.org"));
        // The gateway knows its end, whether control is there or not, and looks again at that moment.
        DateTimeOffset end = _room.Time.GetUtcNow().AddMinutes(30);
        Assert.Equal(end, now.NextExpiry);
        Assert.Equal("deny by default-deny", PolicyRoom.Verdict(_room.AsGateway("gw-1", end), "coding-1", "https://help.example.org"));

        int raised = 0;
        _room.Desired.Changed += () => raised++;
        _room.Times.Look();
        Assert.Equal(0, raised);
        _room.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(Base, _room.Desired.Of("gw-1")!.Version);
        _room.Times.Look();
        _room.Times.Look();
        Assert.Equal(1, raised);
        Assert.Equal([$"user:anna break-glass.start {opened.Window}", $"control break-glass.over {opened.Window}"], _room.Audit()[^2..]);
    }

    [Fact]
    public void A_break_glass_reaches_a_prefix_and_with_names_needs_both()
    {
        string byAddress = Open(Glass() with { Cidrs = ["198.51.100.0/24", "2001:db8:5::/48"], Ports = [5432] }).Window!;
        string both = Open(Glass("db.example.org") with { Cidrs = ["10.9.0.0/16"], Ports = [5433] }).Window!;
        CompiledPolicy policy = _room.AsGateway("gw-1");
        Assert.Equal($"permit by break-glass-{byAddress}", PolicyRoom.Verdict(policy, "coding-1", "tcp://198.51.100.7:5432"));
        Assert.Equal($"permit by break-glass-{byAddress}", PolicyRoom.Verdict(policy, "coding-1", "tcp://[2001:db8:5::7]:5432"));
        Assert.Equal("deny by default-deny", PolicyRoom.Verdict(policy, "coding-1", "tcp://198.51.101.7:5432"));
        Assert.Equal("deny by default-deny", PolicyRoom.Verdict(policy, "coding-1", "tcp://10.9.1.1:5433"));
        Assert.Equal(2, _room.Desired.Of("gw-1")!.Windows.Length);
        Assert.NotEqual(byAddress, both);
    }

    [Fact]
    public void What_a_deny_list_denies_cannot_be_asked_for()
    {
        Refused refused = Assert.Throws<Refused>(() => Open(Glass("models.example")));
        Assert.Equal(422, refused.Status);
        Assert.Contains(refused.Problems!, problem => problem.What.Contains("denied as a model provider", StringComparison.Ordinal));
        Assert.DoesNotContain(_room.Audit(), row => row.Contains("break-glass", StringComparison.Ordinal));

        // A pattern that is wider than the deny lets nothing of it through.
        Open(Glass("**.models.example") with { Agents = [] });
        CompiledPolicy policy = _room.AsGateway("gw-1");
        Assert.Equal("deny by shadow-model-deny", PolicyRoom.Verdict(policy, "coding-1", "https://models.example"));
        Assert.Equal("deny by shadow-model-deny", PolicyRoom.Verdict(policy, "coding-1", "https://a.models.example"));
        Assert.StartsWith("permit by break-glass-", PolicyRoom.Verdict(policy, "coding-1", "https://a.b.models.example"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_denies_one_port_or_protocol_is_not_gone_around_by_another()
    {
        _room.Assign(PolicyRoom.Web.Replace("to: {names: [models]}, action", "to: {names: [models]}, protocol: tcp, ports: [443], action", StringComparison.Ordinal), AssignmentTarget.Default);
        Open(Glass("**.models.example") with { Protocol = "udp" });
        Open(Glass("**.models.example") with { Ports = [443, 8443] });
        CompiledPolicy policy = _room.AsGateway("gw-1");
        foreach (string to in (string[])["https://models.example", "https://models.example:8443", "dns://models.example", "dns://a.models.example"])
            Assert.StartsWith("deny by ", PolicyRoom.Verdict(policy, "coding-1", to), StringComparison.Ordinal);
        Assert.StartsWith("permit by break-glass-", PolicyRoom.Verdict(policy, "coding-1", "https://a.b.models.example:8443"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_quarantined_agent_gets_nothing_by_it()
    {
        Open(Glass("help.example.org"));
        FleetGateway gateway = _room.Gateways["gw-1"];
        _room.Gateways["gw-1"] = gateway with { Agents = gateway.Agents! with { Agents = [gateway.Agents.Agents[0] with { Quarantined = true }] } };
        Assert.Equal("deny by quarantine", PolicyRoom.Verdict(_room.AsGateway("gw-1"), "coding-1", "https://help.example.org"));
    }

    [Fact]
    public void A_window_never_keeps_a_stricter_policy_from_its_gateway()
    {
        string window = Open(Glass("help.example.org")).Window!;
        string strict = PolicyRoom.Web.Replace("tests:", "- {name: deny-all, priority: 1000, action: deny}\ntests:", StringComparison.Ordinal);
        PublishResult published = _room.Publish(strict);
        ChangeResult assigned = _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod", published.Version), PolicyRoom.Anna);
        Assert.Contains(assigned.Effect.Notes, note => note.Contains($"the window {window} does not go with this version", StringComparison.Ordinal));
        DesiredPolicy desired = _room.Desired.Of("gw-1")!;
        Assert.Equal((published.Version, false), (desired.Version, desired.BreakGlass));
        Assert.Contains("is shadowed", Assert.Single(desired.Problems), StringComparison.Ordinal);
        Assert.Equal("deny by deny-all", PolicyRoom.Verdict(_room.AsGateway("gw-1"), "coding-1", "https://help.example.org"));
    }

    [Fact]
    public void A_policy_that_uses_the_last_priority_has_no_room_for_one()
    {
        string full = PolicyRoom.Web.Replace("priority: 20", "priority: 1000000", StringComparison.Ordinal);
        _room.Assign(full, AssignmentTarget.Default);
        Assert.Contains("no priority left", Assert.Single(Assert.Throws<Refused>(() => Open(Glass("help.example.org"))).Problems!).What, StringComparison.Ordinal);
    }

    [Fact]
    public void It_can_be_ended_before_its_time_by_a_person()
    {
        string window = Open(Glass("help.example.org")).Window!;
        _room.Changes.EndWindow(PolicyWindow.BreakGlass, window, "mended", PolicyRoom.Carla);
        Assert.Equal(Base, _room.Desired.Of("gw-1")!.Version);
        Assert.Equal(409, Assert.Throws<Refused>(() => _room.Changes.EndWindow(PolicyWindow.BreakGlass, window, "again", PolicyRoom.Carla)).Status);
        Assert.Equal(404, Assert.Throws<Refused>(() => _room.Changes.EndWindow(PolicyWindow.Monitor, window, "again", PolicyRoom.Carla)).Status);
        _room.Time.Advance(TimeSpan.FromHours(1));
        _room.Times.Look();
        Assert.Equal($"user:carla break-glass.end {window}", _room.Audit()[^1]);
    }

    [Theory]
    [InlineData("minutes")]
    [InlineData("nobody")]
    [InlineData("nothing")]
    [InlineData("ports")]
    [InlineData("wide4")]
    [InlineData("wide6")]
    [InlineData("nat64")]
    [InlineData("pattern")]
    [InlineData("zone")]
    [InlineData("reason")]
    [InlineData("protocol")]
    [InlineData("class")]
    [InlineData("elsewhere")]
    public void What_is_too_much_or_wrong_is_refused(string what)
    {
        PolicyWindowRequest good = Glass("help.example.org");
        PolicyWindowRequest wrong = what switch
        {
            "minutes" => good with { Minutes = 61 },
            "nobody" => good with { Classes = [], Agents = [] },
            "nothing" => good with { Names = [] },
            "ports" => good with { Ports = [] },
            "wide4" => good with { Names = [], Cidrs = ["198.0.0.0/8"] },
            "wide6" => good with { Cidrs = ["2001::/16"] },
            "nat64" => good with { Cidrs = ["64:ff9b::/96"] },
            "pattern" => good with { Names = ["*.com"] },
            "zone" => good with { Names = ["*.github.io"] },
            "reason" => good with { Reason = "a\u001b[2Jb" },
            "protocol" => good with { Protocol = "tcp, ports: [1-65535]" },
            "class" => good with { Classes = ["coding\"], x: {"] },
            _ => good with { Agents = [], Classes = ["nobody-has-it"] },
        };
        Assert.InRange(Assert.Throws<Refused>(() => Open(wrong)).Status, 400, 422);
        Assert.Equal(Base, _room.Desired.Of("gw-1")!.Version);
    }

    [Fact]
    public void What_people_write_is_text_in_the_document_and_nothing_else()
    {
        const string Reason = "it's \"broken\", expires: 2099-01-01}\\n- {name: x";
        string window = Open(Glass("help.example.org") with { Reason = Reason }).Window!;
        Rule rule = _room.AsGateway("gw-1").Rules[^1];
        Assert.Equal(($"break-glass-{window}", Reason, "user:anna"), (rule.Name, rule.Why, rule.Owner));
    }

    [Fact]
    public void Monitor_is_for_a_stated_time_and_enforce_returns_by_itself_on_the_gateway()
    {
        var request = new PolicyWindowRequest { Classes = ["coding"], Minutes = 60 * 24, Reason = "the new build" };
        ChangeResult opened = _room.Desk.Open(PolicyWindow.Monitor, request, PolicyRoom.Anna);
        Assert.Contains("coding-1 is in monitor and no longer in enforce: nothing is refused, everything is recorded", opened.Effect.NewlyPermitted);
        DateTimeOffset end = _room.Time.GetUtcNow().AddDays(1);
        Assert.Equal(Mode.Monitor, _room.AsGateway("gw-1").Agents[0].EffectiveMode);
        Assert.Equal(Mode.Enforce, _room.AsGateway("gw-1", end).Agents[0].EffectiveMode);
        Assert.False(_room.Desired.Of("gw-1")!.BreakGlass);
        Assert.Equal(400, Assert.Throws<Refused>(() => _room.Desk.Open(PolicyWindow.Monitor, request with { Minutes = 8 * 24 * 60 }, PolicyRoom.Anna)).Status);
        Assert.Equal(400, Assert.Throws<Refused>(() => _room.Desk.Open(PolicyWindow.Monitor, request with { Reason = "" }, PolicyRoom.Anna)).Status);
    }

    public void Dispose() => _room.Dispose();

    private static PolicyWindowRequest Glass(params string[] names) => new() { Classes = ["coding"], Names = [.. names], Ports = [443], Minutes = 30, Reason = "the build is down" };

    private ChangeResult Open(PolicyWindowRequest request) => _room.Desk.Open(PolicyWindow.BreakGlass, request, PolicyRoom.Anna);
}
