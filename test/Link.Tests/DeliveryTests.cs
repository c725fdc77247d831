using System.Globalization;
using Exeat.Api.Control;
using Exeat.Link.Delivery;
using Exeat.Policy;

namespace Exeat.Link.Tests;

/// <summary>What control sends, as it lies where the gateway reads it.</summary>
public sealed class DeliveryTests : IDisposable
{
    private const string Agents = "apiVersion: exeat/v1\nkind: Agents\nagents: [{id: coding-1, class: coding, interface: ag-1, addresses: [192.0.2.10]}]\n";

    private readonly string _path = Directory.CreateTempSubdirectory("exeat-link-").FullName;
    private readonly LinkFolder _folder;
    private readonly VersionShelf _shelf;

    public DeliveryTests() => (_folder, _shelf) = (new LinkFolder(_path), new VersionShelf(new LinkFolder(_path), TimeProvider.System));

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public void A_state_is_taken_into_use_by_one_link_and_is_what_the_gateway_will_report()
    {
        BundleContent bundle = Policy("openclaw.ai");
        DeliveryOutcome outcome = _shelf.Deliver(Desired("r1", bundle, Agents), bundle);
        Assert.True(outcome.Delivered, string.Join('\n', outcome.Problems));
        Assert.Equal(PolicyLoader.Load(_folder.CurrentPolicy, new LoadOptions { PacksDirectory = _folder.CurrentPacks }).Policy!.Version, outcome.PolicyVersion);
        Assert.Equal(AgentsLoader.LoadAttached(_folder.CurrentAgents).Agents!.Hash, outcome.AgentsHash);
        Assert.Equal(new DeliveredState("r1", bundle.Hash(), outcome.AgentsHash), _shelf.Current!.Read());
        Assert.NotNull(new FileInfo(_folder.Current).LinkTarget);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Next));
        // The gateway is another user of the group.
        if (!OperatingSystem.IsWindows()) Assert.Equal(AtomicFile.ForGateway, File.GetUnixFileMode(Path.Combine(_folder.CurrentPolicy, "policy.yaml")));
    }

    [Fact]
    public void A_policy_with_mistakes_keeps_the_one_before_and_does_not_keep_a_quarantine_away()
    {
        BundleContent good = Policy("openclaw.ai"), bad = new([new BundleFile("policy/policy.yaml", "kind: Nothing\n")]);
        DeliveryOutcome first = _shelf.Deliver(Desired("r1", good, Agents), good);
        DeliveryOutcome second = _shelf.Deliver(Desired("r2", bad, Agents.Replace("class:", "quarantined: true, class:", StringComparison.Ordinal)), bad);
        Assert.False(second.Delivered);
        Assert.Equal(first.PolicyVersion, second.PolicyVersion);
        Assert.NotEqual(first.AgentsHash, second.AgentsHash);
        Assert.Contains("policy: policy.yaml", second.Problems[0], StringComparison.Ordinal);
        Assert.True(AgentsLoader.LoadAttached(_folder.CurrentAgents).Agents!.Agents[0].Quarantined);
        // And the other way round.
        BundleContent better = Policy("openclaw.org");
        DeliveryOutcome third = _shelf.Deliver(Desired("r3", better, "agents: what"), better);
        Assert.False(third.Delivered);
        Assert.Equal(second.AgentsHash, third.AgentsHash);
        Assert.NotEqual(second.PolicyVersion, third.PolicyVersion);
    }

    [Fact]
    public void What_control_does_not_say_stays_as_it_is()
    {
        BundleContent bundle = Policy("openclaw.ai");
        _shelf.Deliver(Desired("r1", bundle, Agents), bundle);
        DeliveryOutcome only = _shelf.Deliver(new DesiredState("r2", null, new DesiredAgents("", Agents + "# more\n")), null);
        Assert.True(only.Delivered);
        Assert.Equal(bundle.Hash(), _shelf.Current!.Read()!.Bundle);
        Assert.NotNull(only.PolicyVersion);
        DeliveryOutcome none = _shelf.Deliver(new DesiredState("r3", null, null), null);
        Assert.Equal((only.PolicyVersion, only.AgentsHash), (none.PolicyVersion, none.AgentsHash));
    }

    [Fact]
    public void What_is_carried_over_is_as_it_was_and_the_gateway_may_read_it()
    {
        BundleContent bundle = Policy("openclaw.ai");
        _shelf.Deliver(Desired("r1", bundle, Agents), bundle);
        VersionFolder first = _shelf.Current!;
        _shelf.Deliver(new DesiredState("r2", null, new DesiredAgents("", Agents + "# more\n")), null);
        VersionFolder second = _shelf.Current!;
        Assert.Equal(Agents, File.ReadAllText(Path.Combine(first.Agents, VersionFolder.AgentsFile)));
        AssertKept(first, second, [.. DocumentPaths.Files(first.Policy), .. DocumentPaths.Files(first.Packs)]);
        // And the other way round.
        BundleContent better = Policy("openclaw.org");
        _shelf.Deliver(new DesiredState("r3", Desired("r3", better, Agents).Policy, null), better);
        AssertKept(second, _shelf.Current!, [.. DocumentPaths.Files(second.Agents)]);
    }

    [Fact]
    public void What_the_disk_does_not_keep_is_told_as_its_own_error_and_is_not_taken_into_use()
    {
        BundleContent bundle = Policy("openclaw.ai");
        _shelf.Deliver(Desired("r1", bundle, Agents), bundle);
        VersionFolder first = _shelf.Current!, fresh = new(Path.Combine(_path, "versions", "00000009"));
        LinkFolder.CreateFolder(fresh.Path);
        fresh.KeepPolicy(first);
        Directory.Delete(fresh.Policy, recursive: true);
        Assert.ThrowsAny<IOException>(() => fresh.Complete(new DeliveredState("r2", null, null)));
        Assert.Null(fresh.Read());
        Assert.Equal(first.Path, _shelf.Current!.Path);
    }

    [Fact]
    public void A_delivery_that_the_disk_cuts_short_leaves_nothing()
    {
        BundleContent good = Policy("openclaw.ai");
        // As a full disk does: after some files, and each time again.
        BundleContent bad = new([.. good.Files, new BundleFile($"policy/{new string('x', 300)}.yaml", "")]);
        for (int i = 0; i < 2; i++) Assert.ThrowsAny<IOException>(() => _shelf.Deliver(Desired("r1", bad, Agents), bad));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Versions));
        _shelf.Deliver(Desired("r1", good, Agents), good);
        for (int i = 0; i < 2; i++) Assert.ThrowsAny<IOException>(() => _shelf.Deliver(Desired("r2", bad, Agents), bad));
        Assert.Equal(_shelf.Current!.Path, Assert.Single(Directory.GetFileSystemEntries(_folder.Versions)));
        Assert.ThrowsAny<IOException>(() => _shelf.Begin(fresh => fresh.Write(bad)));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Versions));
        Assert.Equal("r1", _shelf.Current!.Read()!.Revision);
    }

    [Fact]
    public void What_a_delivery_that_was_killed_left_goes_with_the_next_one()
    {
        BundleContent first = Policy("openclaw.ai"), second = Policy("openclaw.org");
        _shelf.Deliver(Desired("r1", first, Agents), first);
        string current = _shelf.Current!.Path;
        foreach (string left in (string[])["00000002", "00000007"])
        {
            var folder = new VersionFolder(Path.Combine(_folder.Versions, left));
            LinkFolder.CreateFolder(folder.Path);
            folder.Write(second);
        }
        // Not a version of ours.
        Directory.CreateDirectory(Path.Combine(_folder.Versions, "notes"));
        _shelf.Deliver(Desired("r2", second, Agents), second);
        Assert.Equal([current, _shelf.Current!.Path, Path.Combine(_folder.Versions, "notes")], Directory.GetDirectories(_folder.Versions).Order(StringComparer.Ordinal));
    }

    private static void AssertKept(VersionFolder before, VersionFolder after, string[] files)
    {
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            string kept = Path.Combine(after.Path, Path.GetRelativePath(before.Path, file));
            Assert.Equal(File.ReadAllText(file), File.ReadAllText(kept));
            if (!OperatingSystem.IsWindows()) Assert.Equal(AtomicFile.ForGateway, File.GetUnixFileMode(kept));
        }
    }

    [Fact]
    public void The_newest_few_stay_and_at_every_moment_there_is_a_current_one()
    {
        using var stop = new CancellationTokenSource();
        BundleContent first = Policy("n0.example.com");
        _shelf.Deliver(Desired("r0", first, Agents), first);
        long missing = 0, seen = 0;
        var watch = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                seen++;
                if (!File.Exists(Path.Combine(_folder.CurrentPolicy, "policy.yaml"))) missing++;
            }
        });
        watch.Start();
        for (int i = 1; i < 40; i++)
        {
            BundleContent bundle = Policy(string.Create(CultureInfo.InvariantCulture, $"n{i}.example.com"));
            Assert.True(_shelf.Deliver(Desired($"r{i}", bundle, Agents), bundle).Delivered);
        }
        stop.Cancel();
        watch.Join();
        Assert.True(seen > 0);
        Assert.Equal(0, missing);
        Assert.Equal(VersionShelf.Kept, Directory.GetDirectories(_folder.Versions).Length);
        Assert.Equal("r39", _shelf.Current!.Read()!.Revision);
    }

    private static BundleContent Policy(string name) => new([new BundleFile("policy/policy.yaml", $$"""
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        default: deny
        webGroups: {core: {names: [{{name}}]} }
        rules:
        - {name: allow-core, priority: 20, to: {names: [core]}, protocol: tcp, ports: [443], action: permit}

        """)]);

    private static DesiredState Desired(string revision, BundleContent bundle, string agents) => new(revision, new DesiredBundle(null, bundle.Hash()), new DesiredAgents("", agents));
}
