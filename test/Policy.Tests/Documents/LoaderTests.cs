using Microsoft.Extensions.Time.Testing;

namespace Exeat.Policy.Tests.Documents;

/// <summary>What the checked form holds after loading, and what the loaders refuse.</summary>
public class LoaderTests
{
    private const string Two = "mode: monitor\nwebGroups: {core: {names: [a.example.com]}}\nrules:\n- {name: b, priority: 20, to: {names: [core]}, action: deny}\n- {name: a, priority: 10, to: {names: [core]}, protocol: icmp, action: permit}\n";

    [Fact]
    public void Rules_are_sorted_by_priority_and_hold_the_patterns_of_their_groups()
    {
        Policy policy = Loading.Policy(Two).Policy!;
        Assert.Equal(["a", "b"], policy.Rules.Select(rule => rule.Name));
        Assert.All(policy.Rules, rule => Assert.Equal("a.example.com", Assert.Single(rule.ToNames).Pattern.Text));
        Assert.True(policy.Rules[0].Protocol.Matches(58) && policy.Rules[0].Protocol.Matches(1) && !policy.Rules[0].Protocol.Matches(6));
        Assert.Equal(RuleAction.Deny, policy.Default);
    }

    [Fact]
    public void An_agents_labels_are_no_longer_together_than_records_carry()
    {
        using TempFolder folder = new();
        AgentsResult Of(int values) => AgentsLoader.Load(folder.Write("agents.yaml", $"apiVersion: exeat/v1\nkind: Agents\nagents: [{{id: a, labels: {{{string.Join(", ", Enumerable.Range(0, 17).Select(i => $"k{i:d2}: {new string('v', i == 0 ? values : i == 1 ? 1 : 253)}"))}}}}}]\n"));
        const int Others = (17 * 3) + 1 + (15 * 253);
        Assert.NotNull(Of(4096 - Others).Agents);
        Assert.Contains("4096 characters together", Assert.Single(Of(4096 - Others + 1).Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_of_which_files_the_version_is_made_and_of_no_others()
    {
        using TempFolder folder = new();
        string text = "apiVersion: exeat/v1\nkind: Policy\n";
        folder.Write("policy/p.yaml", text + "include: [{pack: base}]\n" + Two);
        folder.Write("policy/agents.yaml", "apiVersion: exeat/v1\nkind: Agents\nagents: []\n");
        folder.Write("packs/base/sub/b.yaml", text + "smartGroups: {g: {class: coding}}\n");
        folder.Write("packs/other/o.yaml", text);
        LoadResult loaded = Loading.Load(folder.Path + "/policy", packs: folder.Path + "/packs");
        Assert.Equal(["p.yaml", "packs/base/sub/b.yaml"], loaded.Files.Select(file => file.Name));
        Assert.All(loaded.Files, file => Assert.Equal(file.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.Shown)))));
    }

    [Fact]
    public void The_version_follows_contents_and_paths_but_not_the_place()
    {
        using TempFolder one = new(), two = new();
        string text = "apiVersion: exeat/v1\nkind: Policy\n" + Two;
        string version = Loading.Load(one.Write("p.yaml", text)).Policy!.Version;
        Assert.Matches("^[0-9a-f]{64}$", version);
        Assert.Equal(version, Loading.Load(two.Write("p.yaml", text)).Policy!.Version);
        Assert.NotEqual(version, Loading.Load(two.Write("q.yaml", text)).Policy!.Version);
        Assert.NotEqual(version, Loading.Load(two.Write("p.yaml", text + "# more\n")).Policy!.Version);
    }

    [Fact]
    public void Agents_beside_a_policy_do_not_change_its_version()
    {
        using var folder = new TempFolder();
        folder.Write("policy.yaml", "apiVersion: exeat/v1\nkind: Policy\n" + Two);
        string version = Loading.Load(folder.Path).Policy!.Version;
        folder.Write("agents.yaml", "apiVersion: exeat/v1\nkind: Agents\nagents: []\n");
        folder.Write(".hidden.yaml", "broken: [");
        Assert.Equal(version, Loading.Load(folder.Path).Policy!.Version);
    }

    [Theory]
    [InlineData("*.x.org")]
    [InlineData("**.x.org")]
    public void A_wildcard_without_quotes_is_one_problem_that_says_so(string pattern)
    {
        LoadResult result = Loading.Policy("mode: monitor\nwebGroups:\n  core: {names: [a.example.com, " + pattern + "]}\n");
        Problem problem = Assert.Single(result.Problems, problem => problem.Line == 5);
        Assert.Contains($"{pattern} without quotes is an alias in YAML", problem.What);
        Assert.Contains($"\"{pattern}\"", problem.Remedy);
    }

    [Fact]
    public void A_tab_is_named_where_it_stands()
    {
        LoadResult result = Loading.Policy("mode: monitor\nrules:\n- name: a\n  priority: 1\n  \tprotocol: tcp\n");
        Problem problem = Assert.Single(result.Problems, problem => problem.What.Contains("tab", StringComparison.Ordinal));
        Assert.Equal((7, 3, "indent with spaces"), (problem.Line, problem.Column, problem.Remedy));
    }

    [Fact]
    public void A_date_lasts_to_the_end_of_its_day_and_a_time_keeps_its_offset()
    {
        string body = "mode: monitor\nwebGroups: {core: {names: [{name: a.example.com, expires: 2027-01-31}, {name: b.example.com, expires: \"2027-01-31T12:00:00+02:00\"}]}}\nrules:\n- {name: a, priority: 1, to: {names: [core]}, action: permit}\n";
        NameEntry[] entries = [.. Loading.Policy(body).Policy!.Rules[0].ToNames];
        Assert.Equal(new DateTimeOffset(2027, 2, 1, 0, 0, 0, TimeSpan.Zero), entries[0].Expires);
        Assert.Equal(new DateTimeOffset(2027, 1, 31, 10, 0, 0, TimeSpan.Zero), entries[1].Expires);
    }

    [Fact]
    public void Time_alone_never_keeps_a_policy_from_loading()
    {
        using var folder = new TempFolder();
        string path = folder.Write("p.yaml", "apiVersion: exeat/v1\nkind: Policy\nmode: enforce\nwebGroups: {core: {names: [{name: a.example.com, expires: 2027-01-31}]}}\nrules:\n- {name: a, priority: 1, to: {names: [core]}, action: permit, expires: 2027-03-01}\n");
        var time = new FakeTimeProvider(Loading.Today);
        for (int months = 0; months < 12; months++, time.Advance(TimeSpan.FromDays(30)))
            Assert.NotNull(PolicyLoader.Load(path, new LoadOptions { TimeProvider = time }).Policy);
        Assert.Null(PolicyLoader.Load(path, new LoadOptions { TimeProvider = time, StrictExpiry = true }).Policy);
    }

    [Fact]
    public void A_policy_without_mode_or_of_another_kind_is_refused()
    {
        Assert.Contains("no document states the mode", Loading.Policy("default: deny\n").Problems.OnlyError().What, StringComparison.Ordinal);
        Assert.Contains("kind Policy", Load("kind: Policy\nmode: monitor", AgentsLoader.Load), StringComparison.Ordinal);
        Assert.Contains("no such file", Loading.Load("/nonexistent/policy.yaml").Problems.OnlyError().What, StringComparison.Ordinal);
    }

    [Fact]
    public void Agents_are_unique_in_id_and_address_and_warned_on_shared_segments()
    {
        AgentsResult result = Loading.Agents("- {id: a, interface: br0, addresses: [10.0.0.1], mac: \"02:00:5E:00:53:01\"}\n- {id: b, interface: br0, addresses: [10.0.0.2]}\n");
        Assert.Equal("02:00:5e:00:53:01", result.Agents!.Agents[0].Mac);
        Assert.Contains("without a mac", Assert.Single(result.Problems).What, StringComparison.Ordinal);
        Assert.Contains("already", Loading.Agents("- {id: a}\n- {id: a}\n").Problems.OnlyError().What, StringComparison.Ordinal);
        Assert.Contains("already", Loading.Agents("- {id: a, addresses: [10.0.0.1]}\n- {id: b, addresses: [10.0.0.1]}\n").Problems.OnlyError().What, StringComparison.Ordinal);
        Assert.Contains("cannot be an agent's", Loading.Agents("- {id: a, addresses: [\"::ffff:10.0.0.1\"]}\n").Problems.OnlyError().What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gateway_has_absolute_paths_and_known_limits()
    {
        using var folder = new TempFolder();
        string text = "apiVersion: exeat/v1\nkind: Gateway\nid: g\ninside: [in0]\noutside: out0\nagents: a.yaml\npolicy: ../p\ndns: {intercept: [192.0.2.53], upstream: [\"[2001:db8::53]:5353\", 198.51.100.53]}\njournal: {dir: j, maxBytes: 512MiB}\nstate: s\nlimits: {bindings: 7}\n";
        GatewayDocument gateway = GatewayDocumentLoader.Load(folder.Write("sub/g.yaml", text)).Gateway!;
        Assert.Equal(folder.Path + "/sub/a.yaml", gateway.Agents);
        Assert.Equal(folder.Path + "/p", gateway.Policy);
        Assert.Equal(512L << 20, gateway.Journal.MaxBytes);
        Assert.Equal("[2001:db8::53]:5353,198.51.100.53:53", string.Join(',', gateway.Dns.Upstream));
        Assert.Equal((7, new GatewayLimits().Connections), (gateway.Limits.Bindings, gateway.Limits.Connections));
        foreach (string wrong in new[] { "markMask: 0xff00ff00", "markMask: 0xff", "limits: {bindings: 0}", "limits: {bindngs: 5}", "management: {metrics: \"2001:db8::1]:80\"}", "management: {metrics: 0.0.0.0:9464}", "management: {metrics: \"[::]:9464\"}" })
            Assert.Single(GatewayDocumentLoader.Load(folder.Write("w.yaml", text.Replace("limits: {bindings: 7}", wrong, StringComparison.Ordinal))).Problems);
    }

    [Fact]
    public void A_failing_test_is_a_problem_at_its_line()
    {
        Policy policy = Loading.Policy(Two + "tests:\n- {agent: x, to: \"https://a.example.com\", expect: permit by a}\n- {agent: y, to: \"dns://a.example.com\", expect: permit}\n").Policy!;
        PolicyTestOutcome[] outcomes = [.. PolicyTests.Run(policy, Loading.Agents("- {id: x}\n").Agents!, Loading.Today)];
        Assert.Equal((9, 3), (outcomes[0].Problem!.Line, outcomes[0].Problem!.Column));
        Assert.Contains("expected permit by a, got deny by", outcomes[0].Problem!.What, StringComparison.Ordinal);
        Assert.Equal("did you mean x?", outcomes[1].Problem!.Remedy);
    }

    private static string Load(string body, Func<string, AgentsResult> load)
    {
        using var folder = new TempFolder();
        return load(folder.Write("d.yaml", "apiVersion: exeat/v1\n" + body + "\n")).Problems.OnlyError().What;
    }
}
