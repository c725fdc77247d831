using Exeat.Policy.Tests.Documents;

namespace Exeat.Policy.Tests.Packs;

/// <summary>What a pack says of itself, and that a pin holds all that comes in with it.</summary>
public sealed class PackPinTests : IDisposable
{
    private const string Head = "apiVersion: exeat/v1\nkind: Policy\n";

    private readonly TempFolder _folder = new();

    public PackPinTests()
    {
        Write("base/policy.yaml", "pack: {version: 1.2.0, why: the base}\nparameters: {names: {why: what is permitted, default: []}, region: {default: eu-west-1}, must: {why: a name}}\n"
            + "webGroups: {core: {names: [core.example.com, \"${names}\", \"${must}\"]}}\nrules:\n- {name: allow-core, priority: 50, to: {names: [core]}, action: permit}\n");
        Write("classes/coding/policy.yaml", "pack: {version: 2.0.1, why: for coders}\nparameters: {names: {default: []}}\ninclude: [{pack: base, with: {names: [\"${names}\"], must: m.example.com}}]\n");
        Write("classes/coding/more.yaml", "webGroups: {unused: {names: []}}\n");
        Write("plain/policy.yaml", "webGroups: {more: {names: [more.example.com]}}\n");
    }

    [Fact]
    public void The_catalog_lists_packs_with_what_a_pin_states()
    {
        PackCatalogResult catalog = PackCatalog.Read(_folder.Path + "/packs");
        catalog.Problems.NoProblems();
        // The folder "plain" states no pack: it can be included, and not pinned to a version.
        Assert.Equal(["base 1.2.0", "classes/coding 2.0.1"], catalog.Packs.Select(pack => $"{pack.Name} {pack.Version}"));
        Assert.Equal([new PackParameter("names", "what is permitted", "[]"), new PackParameter("region", null, "eu-west-1"), new PackParameter("must", "a name", null)], catalog.Packs[0].Parameters);
        Assert.Equal(["base"], catalog.Packs[1].Includes);
        LoadResult loaded = Load("{pack: classes/coding}");
        Assert.Equal(catalog.Packs.Select(pack => (pack.Name, pack.Version, pack.Sha256)), loaded.Packs.Select(pack => (pack.Name, pack.Version!, pack.Sha256)));
    }

    [Fact]
    public void A_pin_that_holds_loads_and_one_that_does_not_is_an_error_that_names_the_command()
    {
        string sha = Load("{pack: classes/coding}").Packs[^1].Sha256;
        Assert.NotNull(Load($"{{pack: classes/coding, version: 2.0.1, sha256: {sha}}}").Policy);

        Problem version = Load($"{{pack: classes/coding, version: 2.0.0, sha256: {sha}}}").Problems.OnlyError();
        Assert.Equal("the pack classes/coding is pinned to version 2.0.0 and is 2.0.1", version.What);
        Assert.Contains("exeat pack update", version.Remedy, StringComparison.Ordinal);
        LoadResult changed = Load($"{{pack: classes/coding, sha256: {new string('0', 64)}}}");
        Assert.Contains($"is {sha}", changed.Problems.OnlyError().What, StringComparison.Ordinal);
        // What was read is told all the same: the update needs it.
        Assert.Equal((new string('0', 64), sha, false), (changed.Packs[^1].PinnedSha256, changed.Packs[^1].Sha256, changed.Packs[^1].IsAsPinned));
        Assert.Contains("states none", Load("{pack: plain, version: 1.0.0}", "- {name: a, priority: 1, to: {names: [more]}, action: permit}\n").Problems.OnlyError().What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classes/coding/policy.yaml")]
    [InlineData("classes/coding/more.yaml")]
    [InlineData("base/policy.yaml")]
    public void A_pin_sees_a_change_of_the_pack_and_of_the_packs_it_includes(string file)
    {
        string sha = Load("{pack: classes/coding}").Packs[^1].Sha256, path = $"{_folder.Path}/packs/{file}";
        File.AppendAllText(path, "# one more line\n");
        Assert.Contains("pinned to sha256", Load($"{{pack: classes/coding, sha256: {sha}}}").Problems.OnlyError().What, StringComparison.Ordinal);
        Assert.Equal(Load("{pack: classes/coding}").Packs[^1].Sha256, PackCatalog.Read(_folder.Path + "/packs").Packs[^1].Sha256);
    }

    [Fact]
    public void Parameters_do_not_change_what_a_pin_states() =>
        Assert.Equal(Load("{pack: classes/coding}").Packs[^1].Sha256, Load("{pack: classes/coding, with: {names: [x.example.com]}}").Packs[^1].Sha256);

    [Theory]
    [InlineData("../base")]
    [InlineData("/etc")]
    [InlineData("classes/../base")]
    [InlineData("classes/coding/deeper")]
    [InlineData("classes//coding")]
    [InlineData("./base")]
    [InlineData("classes/")]
    [InlineData("classes\\\\coding")]
    [InlineData("..")]
    public void A_name_that_leads_elsewhere_is_refused(string name)
    {
        Problem problem = Load($"{{pack: \"{name}\"}}").Problems.First(p => p.Severity == Severity.Error);
        Assert.Contains("such as base or classes/coding", problem.Remedy, StringComparison.Ordinal);
        Assert.Empty(Load($"{{pack: \"{name}\"}}").Packs);
    }

    [Theory]
    [InlineData("{pack: classes}", "states pack twice")]
    [InlineData("{pack: classes/codign}", "did you mean classes/coding?")]
    [InlineData("{pack: base, version: 1.0}", "three numbers")]
    [InlineData("{pack: base, sha256: abc}", "64 lower-case")]
    public void What_is_wrong_with_an_include_is_said(string include, string what)
    {
        Write("classes/research/policy.yaml", "pack: {version: 1.0.0, why: other}\n");
        Assert.Contains(Load(include).Problems, p => p.Severity == Severity.Error && (p.What + "; " + p.Remedy).Contains(what, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_packs_say_that_they_are_packs_and_no_parameter_chooses_one()
    {
        string policy = _folder.Write("p.yaml", Head + "pack: {version: 1.0.0, why: x}\nmode: monitor\n");
        Assert.Contains("a policy says that it is a pack", Loading.Load(policy).Problems.OnlyError().What, StringComparison.Ordinal);
        Write("chooser/policy.yaml", "parameters: {which: {default: plain}}\ninclude: [{pack: \"${which}\"}]\n");
        Assert.Contains("a parameter chooses a pack", Load("{pack: chooser}").Problems.First(p => p.Severity == Severity.Error).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Packs_beside_the_program_come_before_the_installed_ones()
    {
        string program = _folder.Path + "/program", installed = _folder.Path + "/installed";
        Assert.Null(ShippedPacks.Find(program, installed));
        _folder.Write("installed/base/policy.yaml", Head);
        Assert.Equal(installed, ShippedPacks.Find(program, installed));
        _folder.Write("program/packs/base/policy.yaml", Head);
        Assert.Equal(program + "/packs", ShippedPacks.Find(program, installed));
    }

    // An upgrade of the program may bring other packs: what is not pinned would change unseen.
    [Fact]
    public void From_a_folder_that_nobody_named_only_pinned_packs_are_taken()
    {
        string packs = _folder.Path + "/packs", sha = Load("{pack: classes/coding}").Packs[^1].Sha256;
        LoadResult Unnamed(string include) => PolicyLoader.Load(_folder.Write("policy.yaml", Head + $"mode: enforce\ninclude: [{include}]\n"), new LoadOptions { PacksDirectory = packs, TakesOnlyPinnedPacks = true });

        Problem problem = Unnamed("{pack: classes/coding, version: 2.0.1}").Problems.OnlyError();
        Assert.Contains("is not pinned", problem.What, StringComparison.Ordinal);
        Assert.Contains(sha, problem.Remedy, StringComparison.Ordinal);
        // The pin of a pack holds those that it includes.
        Assert.NotNull(Unnamed($"{{pack: classes/coding, sha256: {sha}}}").Policy);
    }

    [Fact]
    public void A_packs_group_that_nothing_uses_is_no_warning_and_ones_own_is()
    {
        Load("{pack: classes/coding}").Problems.NoProblems();
        Assert.Contains("no rule uses", Assert.Single(Load("{pack: classes/coding}", "webGroups: {own: {names: []}}\n").Problems).What, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Write(string path, string body) => _folder.Write("packs/" + path, Head + body);

    private LoadResult Load(string include, string more = "")
    {
        string rules = more.StartsWith('-') ? "rules:\n" + more : more;
        return Loading.Load(_folder.Write("policy.yaml", Head + $"mode: enforce\ninclude: [{include}]\n{rules}"), packs: _folder.Path + "/packs");
    }
}
