using Exeat.Run.Box;

namespace Exeat.Run.Tests;

public sealed class HomeTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("exeat-home-").FullName;

    [Fact]
    public void Tools_are_shown_and_what_lies_beside_them_is_not()
    {
        foreach (string folder in (string[])[".nvm/versions/node/v1/bin", ".cargo/bin", ".docker/bin", ".local/bin", ".local/share/claude/versions", ".local/share/keyrings", ".ssh", "bin"])
        {
            Directory.CreateDirectory(Path.Combine(_home, folder));
        }
        File.WriteAllText(Path.Combine(_home, ".local/share/claude/versions/1"), "");
        File.CreateSymbolicLink(Path.Combine(_home, ".local/bin/claude"), Path.Combine(_home, ".local/share/claude/versions/1"));
        string path = string.Join(':', ((string[])[".nvm/versions/node/v1/bin", ".cargo/bin", ".docker/bin", ".local/bin"]).Select(folder => Path.Combine(_home, folder))) + $":/usr/bin:{_home}/../..";
        Assert.Equal([".cargo/bin", ".docker/bin", ".local/bin", ".local/share/claude", ".nvm/versions"], HomeTools.Of(_home, path).Select(folder => Path.GetRelativePath(_home, folder)));
    }

    [Fact]
    public void Keys_and_logins_are_hidden_also_where_the_person_has_put_them()
    {
        string[] secrets = [".ssh", ".config/exeat", "settings/exeat", "settings/gh", "state/exeat/homes"];
        foreach (string folder in (string[])[.. secrets, ".config/editor", "settings/editor"]) Directory.CreateDirectory(Path.Combine(_home, folder));
        Dictionary<string, string> environment = new() { ["XDG_CONFIG_HOME"] = Path.Combine(_home, "settings") + "/", ["XDG_STATE_HOME"] = Path.Combine(_home, "state"), ["XDG_CACHE_HOME"] = "relative" };
        Assert.Equal([".config/exeat", ".ssh", "settings/exeat", "settings/gh", "state"], HomeSecrets.Of(_home, environment).Select(path => Path.GetRelativePath(_home, path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Settings_for_SSH_are_the_machines_without_what_they_include()
    {
        string file = Path.Combine(_home, "ssh_config");
        File.WriteAllText(file, "# Include not\nInclude /etc/ssh/ssh_config.d/*.conf\n  INCLUDE=x\nHost *\n    SendEnv LANG\n    include more\n    IncludeX y\n");
        Assert.Equal("# Include not\nHost *\n    SendEnv LANG\n    IncludeX y\n", BoxFiles.SshSettings(file));
        Assert.Null(BoxFiles.SshSettings(Path.Combine(_home, "none")));
    }

    [Theory]
    [InlineData("[user]\n name = A B\n email = a@example.org ; x\n[core]\n name = no\n", "A B", "a@example.org")]
    [InlineData("[credential]\n name = x\n", null, null)]
    [InlineData("[USER]\nNAME=\"Q\"\n", "Q", null)]
    public void Who_commits_is_read_and_nothing_else(string settings, string? name, string? email) => Assert.Equal(new GitPerson(name, email), GitPerson.In(settings));

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
