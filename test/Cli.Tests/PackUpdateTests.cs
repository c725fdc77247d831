using System.Diagnostics;

namespace Exeat.Cli.Tests;

/// <summary>exeat pack: what there is, and how a folder differs from it.</summary>
public sealed class PackUpdateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-pack-tests-").FullName;

    private string Place => Path.Combine(_folder, "egress-policy");

    public PackUpdateTests()
    {
        InitWish wish = Packs.Wish("coding", "openclaw", "nvidia");
        using var reading = new PackReading(Packs.Folder, wish);
        InitFolder.Write(InitPlan.Make(wish, Packs.All, reading), Packs.Folder, Place);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_just_written_is_as_the_release()
    {
        Ran ran = CommandLine.Run("pack", "update", "--dir", Place);
        Assert.Equal((0, ""), (ran.ExitCode, ran.Data));
        Assert.Contains("classes/coding 1.0.0: as in this release", ran.Messages);
    }

    [Fact]
    public void An_older_pack_is_shown_as_a_diff_that_git_applies_and_nothing_is_changed_before()
    {
        // As a release before this one would have written it: another version, a name less, a file less, a file that is gone now.
        string pack = Path.Combine(Place, "packs/runtimes/openclaw/openclaw.yaml");
        File.WriteAllText(pack, string.Join('\n', File.ReadAllText(pack).Replace("version: 1.0.0", "version: 0.9.0").Split('\n').Where(line => !line.Contains("catalog.openclaw.ai", StringComparison.Ordinal))));
        File.Delete(Path.Combine(Place, "packs/base/aws.yaml"));
        File.WriteAllText(Path.Combine(Place, "packs/base/old.yaml"), "apiVersion: exeat/v1\nkind: Policy\nwebGroups: {wg-aws-infra: {names: []}}");
        string policy = Path.Combine(Place, "policy/policy.yaml"), text = File.ReadAllText(policy);
        foreach (var older in Exeat.Policy.PackCatalog.Read(Path.Combine(Place, "packs")).Packs.Where(older => older.Name != "base"))
            text = PackPins.Replace(text, new Dictionary<string, (string, string)> { [older.Name] = (older.Version, older.Sha256) });
        File.WriteAllText(policy, text);
        string before = Everything();

        Ran ran = CommandLine.Run("pack", "update", "--dir", Place);
        Assert.Equal(1, ran.ExitCode);
        Assert.Contains("runtimes/openclaw 0.9.0 → 1.0.0", ran.Messages);
        Assert.Contains("base 1.0.0: the same version with other content", ran.Messages);
        Assert.Contains("+    - {name: catalog.openclaw.ai", ran.Data);
        Assert.Contains("+++ b/policy/policy.yaml", ran.Data);
        Assert.Equal(before, Everything());

        Git(ran.Data, "apply", "-");
        Ran after = CommandLine.Run("pack", "update", "--dir", Place);
        Assert.Equal((0, ""), (after.ExitCode, after.Data));
        Ran check = CommandLine.RunIn(Place, "policy", "check", "policy", "--agents", "agents.yaml", "--packs", "packs", "--strict-expiry");
        Assert.True(check.ExitCode == 0, check.Data + check.Messages);
    }

    [Fact]
    public void A_pack_that_was_changed_in_the_folder_fails_the_check_by_its_pin()
    {
        File.AppendAllText(Path.Combine(Place, "packs/base/rules.yaml"), "# mine\n");
        Ran check = CommandLine.RunIn(Place, "policy", "check", "policy", "--agents", "agents.yaml", "--packs", "packs");
        Assert.Equal(2, check.ExitCode);
        Assert.Contains("exeat pack update", check.Data);
    }

    [Fact]
    public void A_pack_of_ones_own_is_left_alone()
    {
        string own = Path.Combine(Place, "packs/ours");
        Directory.CreateDirectory(own);
        File.WriteAllText(Path.Combine(own, "ours.yaml"), "apiVersion: exeat/v1\nkind: Policy\npack: {version: 1.2.3, why: ours}\nwebGroups: {ours: {names: [a.corp.example]}}\n");
        Ran ran = CommandLine.Run("pack", "update", "--dir", Place);
        Assert.Equal(0, ran.ExitCode);
        Assert.Contains("ours 1.2.3: not a pack of this release, left alone", ran.Messages);
    }

    [Fact]
    public void A_folder_that_is_none_is_refused()
    {
        Ran ran = CommandLine.Run("pack", "update", "--dir", _folder);
        Assert.Equal((2, ""), (ran.ExitCode, ran.Data));
        Assert.Contains("give the folder that exeat init wrote", ran.Messages);
    }

    [Fact]
    public void Packs_are_listed_and_shown()
    {
        Ran list = CommandLine.Run("pack", "list");
        Assert.Equal(0, list.ExitCode);
        Assert.All(Packs.All, pack => Assert.Contains($"{pack.Version}    {pack.Sha256[..12]}  {pack.Why}\n", list.Data));
        Ran show = CommandLine.Run("pack", "show", "runtimes/openclaw");
        Assert.Equal(0, show.ExitCode);
        Assert.Contains(File.ReadAllText(Path.Combine(Packs.Folder, "runtimes/openclaw/openclaw.yaml")), show.Data);
        Assert.Contains("telemetry: whether", show.Messages);
        Ran unknown = CommandLine.Run("pack", "show", "runtimes/opencalw");
        Assert.Equal((2, ""), (unknown.ExitCode, unknown.Data));
        Assert.Contains("did you mean runtimes/openclaw?", unknown.Messages);
    }

    private string Everything() => string.Join('\n', Directory.EnumerateFiles(Place, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => $"{file}\n{File.ReadAllText(file)}"));

    private void Git(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = Place, RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment["GIT_CEILING_DIRECTORIES"] = _folder;
        using Process git = Process.Start(start)!;
        git.StandardInput.Write(input);
        git.StandardInput.Close();
        string said = git.StandardError.ReadToEnd();
        git.WaitForExit();
        Assert.True(git.ExitCode == 0, said);
    }
}
