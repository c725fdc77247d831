using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.Policies;

public sealed class PublishTests : IDisposable
{
    private readonly PolicyRoom _room = new();

    [Fact]
    public void The_version_is_the_one_that_a_gateway_computes_over_what_it_is_given()
    {
        var packs = ImmutableDictionary<string, string>.Empty
            .Add("base/rules.yaml", "\uFEFFapiVersion: exeat/v1\nkind: Policy\npack: {version: 1.0.0, why: a test}\nparameters: {site: {why: where}}\nwebGroups: {site: {names: [\"${site}.example.org\"]}}\nrules:\n- {name: allow-site, priority: 30, to: {names: [site]}, protocol: tcp, ports: [443], action: permit}\n")
            .Add("unused/rules.yaml", "apiVersion: exeat/v1\nkind: Policy\n");
        string text = PolicyRoom.Web + "include: [{pack: base, with: {site: here}}]\n";
        var upload = new PolicyUpload
        {
            Files = ImmutableDictionary<string, string>.Empty.Add("policy.yaml", text).Add("agents.yaml", "apiVersion: exeat/v1\nkind: Agents\nagents: [{id: coding-1, class: coding}]\n"),
            Packs = packs,
            Agents = ImmutableDictionary<string, string>.Empty.Add("a.yaml", "apiVersion: exeat/v1\nkind: Agents\nagents: [{id: coding-1, class: coding}]\n"),
        };
        PublishResult published = _room.Publishing.Publish("prod", new PolicyPublication { Upload = upload, Message = "first" }, PolicyRoom.Anna);
        Assert.Contains(published.Warnings, warning => warning.File == "agents.yaml" && warning.What.Contains("left out", StringComparison.Ordinal));
        Assert.Equal(2, published.TestsHeld);
        _room.Gateway("gw-1", "coding-1:coding");
        Assert.Equal("done", _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod"), PolicyRoom.Anna).State);

        DesiredPolicy desired = _room.Desired.Of("gw-1")!;
        Assert.Equal(["packs/base/rules.yaml", "policy/policy.yaml"], desired.Files.Keys);
        Assert.Equal(published.Version, desired.Version);
        Assert.Equal(published.Version, _room.GatewayLoad(desired).Policy!.Version);
        Assert.Equal("permit by allow-site", PolicyRoom.Verdict(_room.AsGateway("gw-1"), "coding-1", "https://here.example.org"));
    }

    [Fact]
    public void Packs_of_the_release_count_where_they_are_pinned_and_travel_with_the_version()
    {
        PackSummary pack = Assert.Single(PackCatalog.Read(PolicyRoom.Packs).Packs, pack => pack.Name == "base");
        string text = $"apiVersion: exeat/v1\nkind: Policy\nmode: enforce\ninclude: [{{pack: base, sha256: {pack.Sha256}, with: {{classes: [coding], resolvers: [192.0.2.53]}}}}]\n";
        Refused unpinned = Assert.Throws<Refused>(() => _room.Publish(text.Replace($", sha256: {pack.Sha256}", "", StringComparison.Ordinal)));
        Assert.Contains(unpinned.Problems!, problem => problem.What.Contains("is not pinned", StringComparison.Ordinal));
        PublishResult published = _room.Publish(text);
        _room.Gateway("gw-1", "coding-1:coding");
        _room.Desk.Assign(PolicyRoom.Want(AssignmentTarget.Default, "prod"), PolicyRoom.Anna);
        Assert.Equal(published.Version, _room.GatewayLoad(_room.Desired.Of("gw-1")!).Policy!.Version);
    }

    [Fact]
    public void A_mistake_refuses_it_with_every_place_and_no_path_of_ours()
    {
        Refused refused = Assert.Throws<Refused>(() => _room.Publish(PolicyRoom.Web.Replace("action: deny", "action: dney", StringComparison.Ordinal).Replace("priority: 20", "priority: x", StringComparison.Ordinal)));
        Assert.Equal(422, refused.Status);
        Assert.Equal([(9, 74), (10, 32)], refused.Problems!.Take(2).Select(problem => (problem.Line, problem.Column)));
        Assert.All(refused.Problems!, problem => Assert.Equal("policy.yaml", problem.File));
        Assert.DoesNotContain(refused.Problems!, problem => (problem.What + problem.Remedy).Contains("exeat-control-", StringComparison.Ordinal));
        Assert.Null(_room.Versions.Newest("prod"));
    }

    [Fact]
    public void A_failing_test_refuses_it_and_so_does_one_that_nobody_can_run()
    {
        string wrong = PolicyRoom.Web.Replace("expect: permit by allow-core", "expect: deny", StringComparison.Ordinal);
        Assert.Contains("expected deny, got permit by allow-core", Assert.Single(Assert.Throws<Refused>(() => _room.Publish(wrong)).Problems!).What, StringComparison.Ordinal);

        PolicyPublication without = new() { Upload = PolicyRoom.Upload(PolicyRoom.Web), Message = "no agents" };
        Assert.Contains("no gateway has it yet", Assert.Throws<Refused>(() => _room.Publishing.Publish("prod", without, PolicyRoom.Anna)).Message, StringComparison.Ordinal);
        // With a gateway that it is to be for, its agents are those of the tests.
        _room.Gateway("gw-1", "coding-1:coding");
        Assert.Equal(2, _room.Publishing.Publish("prod", without with { Assign = AssignmentTarget.Default }, PolicyRoom.Anna).TestsHeld);
        _room.Gateway("gw-1", "coding-2:coding");
        Assert.Contains("no gateway of this policy has", Assert.Throws<Refused>(() => _room.Publishing.Publish("prod", without, PolicyRoom.Anna)).Message, StringComparison.Ordinal);
        Assert.Single(_room.Versions.Of("prod", long.MaxValue, 10));
    }

    [Fact]
    public void A_dry_run_says_the_same_and_keeps_nothing()
    {
        PublishResult dry = _room.Publish(PolicyRoom.Web, dryRun: true);
        Assert.Null(_room.Versions.Newest("prod"));
        Assert.Empty(_room.Audit());
        Assert.Equal(dry.Version, _room.Publish(PolicyRoom.Web).Version);
        Assert.Equal(["user:anna policy.publish prod"], _room.Audit());
    }

    [Fact]
    public void The_same_content_is_the_same_version_and_another_has_a_parent()
    {
        PolicyVersionEntry first = _room.Publish(PolicyRoom.Web).Entry!;
        PublishResult again = _room.Publish(PolicyRoom.Web, actor: PolicyRoom.Berta);
        Assert.True(again.Existed);
        Assert.Equal(first, again.Entry);
        PolicyVersionEntry second = _room.Publish(PolicyRoom.Web + "# more\n").Entry!;
        Assert.Equal((2, first.Version), (second.Number, second.Parent));
        Assert.Equal(first, _room.Versions.Find("prod", first.Version[..8]));
        Assert.Throws<Refused>(() => _room.Versions.Find("prod", "' OR 1=1"));
    }

    [Fact]
    public void Of_two_who_publish_at_once_on_one_parent_the_second_is_told()
    {
        string parent = _room.Publish(PolicyRoom.Web).Version;
        int refused = 0, kept = 0;
        Parallel.For(0, 4, i =>
        {
            try
            {
                _room.Publish(PolicyRoom.Web + $"# change {i}\n", parent: parent);
                Interlocked.Increment(ref kept);
            }
            catch (Refused conflict) when (conflict.Status == 409)
            {
                Interlocked.Increment(ref refused);
            }
        });
        Assert.Equal((1, 3), (kept, refused));
        Assert.Equal(2, _room.Versions.Of("prod", long.MaxValue, 10).Count);
    }

    [Fact]
    public void What_is_published_is_never_changed_and_files_are_kept_once()
    {
        string version = _room.Publish(PolicyRoom.Web).Version;
        _room.Publish(PolicyRoom.Web, "other");
        using SqliteConnection connection = _room.Database.Open();
        Assert.Equal(1, connection.Scalar<long>("SELECT count(*) FROM policy_blobs"));
        foreach (string sql in (string[])["UPDATE policy_blobs SET text = ''", "DELETE FROM policy_contents", "UPDATE policy_versions SET author = 'x'", "DELETE FROM policy_versions", "DELETE FROM policy_blobs", "UPDATE policy_contents SET path = 'x'"])
            Assert.Throws<SqliteException>(() => connection.Run(sql));

        _room.Gateway("gw-1", "coding-1:coding");
        connection.Run("INSERT INTO policy_assignments (scope, target, kind, policy, version, actor, reason, time) VALUES ('default', '', 'assign', 'prod', $version, '', '', '2027-01-01T00:00:00.000Z')", ("$version", version));
        // Even where somebody goes around that, no gateway gets other files under this version.
        connection.Run("DROP TRIGGER policy_blobs_stay");
        connection.Run("UPDATE policy_blobs SET text = replace(text, 'www.example.org', 'evil.example.org')");
        Assert.Null(_room.Desired.Of("gw-1"));
        Assert.Contains("restore a backup", Assert.Single(Assert.Single(_room.Desired.All()).Entry.Problems), StringComparison.Ordinal);
        Assert.Contains("restore a backup", Assert.Throws<InvalidDataException>(() => _room.Versions.Read(version)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_windows_are_nobodys()
    {
        Refused refused = Assert.Throws<Refused>(() => _room.Publish(PolicyRoom.Web.Replace("name: allow-core", "name: break-glass-me", StringComparison.Ordinal).Replace("by allow-core", "by break-glass-me", StringComparison.Ordinal)));
        Assert.Contains("is reserved", Assert.Single(refused.Problems!).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_diff_says_what_becomes_possible_and_shows_the_text()
    {
        string first = _room.Publish(PolicyRoom.Web).Version, second = _room.Publish(PolicyRoom.Web.Replace("[www.example.org]", "[www.example.org, new.example.org]", StringComparison.Ordinal)).Version;
        PolicyDiffResult diff = await _room.Diffs.OfVersionsAsync("prod", null, null, TestContext.Current.CancellationToken);
        Assert.Equal((first, second, false), (diff.From, diff.To, diff.SameDecisions));
        Assert.Contains(diff.NewlyPermitted, sentence => sentence.Contains("may reach new.example.org (tcp/443) by allow-core; until now default-deny refused it", StringComparison.Ordinal));
        Assert.Empty(diff.NewlyRefused);
        Assert.Contains("\n-  core: {names: [www.example.org]}\n+  core: {names: [www.example.org, new.example.org]}\n", diff.Text, StringComparison.Ordinal);
        PolicyDiffResult back = await _room.Diffs.OfUploadAsync("prod", new PolicyDiffUpload { Upload = PolicyRoom.Upload(PolicyRoom.Web) }, TestContext.Current.CancellationToken);
        Assert.Contains(back.NewlyRefused, sentence => sentence.Contains("may no longer reach new.example.org", StringComparison.Ordinal));
    }

    public void Dispose() => _room.Dispose();
}
