using Exeat.Gateway.Reload;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Reload;

/// <summary>What was in force is kept on disk with everything that its version covers, and only for the paths it came from.</summary>
public sealed class LastGoodTests : IDisposable
{
    private const string Including = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        include: [{pack: cloud, with: {region: eu-west-1}}]

        """;

    private const string Pack = """
        apiVersion: exeat/v1
        kind: Policy
        parameters: {region: {why: where the machines are}}
        webGroups: {cloud: {names: ["sts.${region}.amazonaws.com"]}}
        rules:
        - {name: allow-cloud, priority: 30, to: {names: [cloud]}, action: permit}

        """;

    private readonly ReloadFolder _folder = new();

    [Theory]
    [InlineData("policy.yaml"), InlineData("policy")]
    public void A_broken_policy_is_replaced_by_the_one_that_was_in_force(string path)
    {
        string file = path == "policy" ? "policy/sub/a.yaml" : path;
        _folder.Write(file, Including);
        _folder.Write("packs/cloud/pack.yaml", Pack);
        _folder.Write("agents.yaml", ReloadFolder.Agents);
        GatewayDocument gateway = _folder.Gateway(path);
        Loaded loaded = Loaded.Read(gateway, TimeProvider.System);
        Assert.True(loaded.IsUsable, string.Join('\n', loaded.Problems));
        var kept = new LastGood(_folder.State, TimeProvider.System);
        Assert.True(kept.Keep(gateway, loaded, TimeProvider.System));

        _folder.Write(file, "nonsense: true");
        _folder.Write("packs/cloud/pack.yaml", "nonsense: true");
        File.Delete(_folder.At("agents.yaml"));
        Assert.False(Loaded.Read(gateway, TimeProvider.System).IsUsable);
        (Loaded read, DateTimeOffset at) = kept.Read(gateway, TimeProvider.System);
        Assert.Equal((loaded.Policy!.Version, loaded.Agents!.Hash), (read.Policy?.Version, read.Agents?.Hash));
        Assert.InRange(TimeProvider.System.GetUtcNow() - at, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Assert.Contains("sts.eu-west-1.amazonaws.com", read.Policy!.WebGroups["cloud"].Entries.Select(e => e.Pattern.Text));
    }

    // An upgrade puts the packs that come with the program elsewhere, and may break a policy that pins them: what was in force is kept with its packs.
    [Fact]
    public void Packs_that_came_with_the_program_are_kept_across_an_upgrade()
    {
        const string Said = "pack: {version: 1.0.0, why: the cloud}\nparameters";
        _folder.Write("v1/packs/cloud/pack.yaml", Pack.Replace("parameters", Said, StringComparison.Ordinal));
        _folder.Write("v2/packs/cloud/pack.yaml", Pack.Replace("parameters", Said, StringComparison.Ordinal) + "# corrected\n");
        string sha = Assert.Single(PackCatalog.Read(_folder.At("v1/packs")).Packs).Sha256;
        _folder.Write("policy.yaml", Including.Replace("pack: cloud", $"pack: cloud, sha256: {sha}", StringComparison.Ordinal));
        _folder.Write("agents.yaml", ReloadFolder.Agents);
        GatewayDocument before = _folder.Gateway() with { Packs = null, Shipped = _folder.At("v1/packs") }, after = before with { Shipped = _folder.At("v2/packs") };
        Loaded loaded = Loaded.Read(before, TimeProvider.System);
        var kept = new LastGood(_folder.State, TimeProvider.System);
        Assert.True(kept.Keep(before, loaded, TimeProvider.System));
        Assert.Contains(_folder.At("v1/packs"), ReadAgain.PathsOf(before));

        Assert.Null(Loaded.Read(after, TimeProvider.System).Policy);
        Assert.Equal(loaded.Policy!.Version, kept.Read(after, TimeProvider.System).Loaded.Policy?.Version);
        // Control: a document that names its packs is another one.
        Assert.Null(kept.Read(after with { Packs = _folder.At("v1/packs") }, TimeProvider.System).Loaded.Policy);
    }

    [Fact]
    public void It_counts_only_for_the_same_paths()
    {
        Kept();
        GatewayDocument other = _folder.Gateway("other.yaml", "others.yaml");
        Assert.Equal((null, null), (Read(other).Policy, Read(other).Agents));
        // Control.
        Assert.NotNull(Read(_folder.Gateway()).Policy);
    }

    [Fact]
    public void A_document_that_changed_meanwhile_is_not_taken_for_the_one_in_force()
    {
        (GatewayDocument gateway, Loaded loaded) = Kept();
        _folder.Write("policy.yaml", ReloadFolder.Policy + "# another\n");
        Loaded newer = Loaded.Read(gateway, TimeProvider.System);
        _folder.Write("policy.yaml", ReloadFolder.Policy + "# a third\n");
        Assert.False(new LastGood(_folder.State, TimeProvider.System).Keep(gateway, newer, TimeProvider.System));
        Assert.Equal(loaded.Policy!.Version, Read(gateway).Policy?.Version);
    }

    [Fact]
    public void A_crash_while_one_copy_takes_the_place_of_another_leaves_one()
    {
        (GatewayDocument gateway, Loaded loaded) = Kept();
        string copy = Path.Combine(_folder.State, "last-good", "policy");
        Directory.Move(copy, copy + ".before");
        Assert.Equal(loaded.Policy!.Version, Read(gateway).Policy?.Version);
        _folder.Write("policy.yaml", ReloadFolder.Policy + "# another\n");
        Loaded newer = Loaded.Read(gateway, TimeProvider.System);
        Assert.True(new LastGood(_folder.State, TimeProvider.System).Keep(gateway, newer, TimeProvider.System));
        Assert.Equal(newer.Policy!.Version, Read(gateway).Policy?.Version);
        Assert.False(Directory.Exists(copy + ".before"));
    }

    [Theory]
    [InlineData("origin", ""), InlineData("origin", "one line"), InlineData("documents/policy.yaml", "\0\0\0"), InlineData("documents/policy.yaml", "kind: [")]
    public void A_damaged_copy_is_none(string file, string text)
    {
        (GatewayDocument gateway, _) = Kept();
        File.WriteAllText(Path.Combine(_folder.State, "last-good", "policy", file), text);
        Assert.Null(Read(gateway).Policy);
        Assert.NotNull(Read(gateway).Agents);
    }

    [Fact]
    public void A_mistake_in_one_document_leaves_the_other_usable()
    {
        (GatewayDocument gateway, Loaded loaded) = Kept();
        _folder.Write("policy.yaml", "nonsense: true");
        _folder.Write("agents.yaml", ReloadFolder.Agents.Replace("[192.0.2.1]}", "[192.0.2.1], quarantined: true}", StringComparison.Ordinal));
        Loaded read = Loaded.Read(gateway, TimeProvider.System);
        Assert.False(read.IsUsable);
        Loaded joined = read.Or(loaded);
        Assert.Equal(loaded.Policy!.Version, joined.Policy!.Version);
        Assert.True(Assert.Single(joined.Agents!.Agents).Quarantined);
        Assert.NotNull(read.Error);
    }

    public void Dispose() => _folder.Dispose();

    private (GatewayDocument Gateway, Loaded Loaded) Kept()
    {
        _folder.Write("policy.yaml", ReloadFolder.Policy);
        _folder.Write("agents.yaml", ReloadFolder.Agents);
        Directory.CreateDirectory(_folder.At("packs"));
        GatewayDocument gateway = _folder.Gateway();
        Loaded loaded = Loaded.Read(gateway, TimeProvider.System);
        Assert.True(new LastGood(_folder.State, TimeProvider.System).Keep(gateway, loaded, TimeProvider.System));
        return (gateway, loaded);
    }

    private Loaded Read(GatewayDocument gateway) => new LastGood(_folder.State, TimeProvider.System).Read(gateway, TimeProvider.System).Loaded;
}
