using Exeat.Run.Box;

namespace Exeat.Run.Tests.Boxes;

/// <summary>K16: what the person's own tools would act on later stays as it was, and the work gets done.</summary>
public sealed class GuardedFolderTests : IDisposable
{
    private readonly BoxGround _ground = new();

    [Theory]
    [InlineData("hook", "printf 'echo evil' >.git/hooks/pre-commit")]
    [InlineData("hooks-moved", "mv .git/hooks .git/h && mkdir .git/hooks")]
    [InlineData("config", "git config core.fsmonitor evil")]
    [InlineData("config-by-hand", "printf '[core]\\nfsmonitor=evil\\n' >>.git/config")]
    [InlineData("config-by-link", "ln .git/config c && echo evil >>c")]
    [InlineData("config-replaced", "echo evil >c && mv c .git/config")]
    [InlineData("config-removed", "rm .git/config")]
    [InlineData("git-moved", "mv .git g && mkdir .git")]
    [InlineData("common-folder", "rm -f .git/commondir; echo ../evil >.git/commondir")]
    [InlineData("worktree-settings", "echo evil >.git/config.worktree")]
    [InlineData("editor", "rmdir .vscode; mkdir -p .vscode && echo '{}' >.vscode/tasks.json")]
    [InlineData("editor-moved", "mv .vscode v && mkdir .vscode")]
    [InlineData("editor-link", "ln -sfn /tmp .vscode/x")]
    [InlineData("claude", "mkdir -p .claude && echo '{}' >.claude/settings.json")]
    [InlineData("claude-local", "echo '{}' >.claude/settings.local.json")]
    [InlineData("codex", "mkdir -p .codex && echo evil >.codex/config.toml")]
    [InlineData("tool-servers", "echo evil >.mcp.json")]
    [InlineData("tool-servers-replaced", "echo evil >m && mv m .mcp.json")]
    [InlineData("dev-container", "mkdir -p .devcontainer && echo '{}' >.devcontainer/devcontainer.json")]
    [InlineData("envrc", "echo evil >>.envrc")]
    [InlineData("husky", "echo evil >.husky/pre-commit")]
    [InlineData("hooks-path", "echo evil >tools/hooks/pre-commit")]
    [InlineData("hooks-path-above", "mv tools t && mkdir -p tools/hooks")]
    public async Task What_acts_outside_stays_as_it_was(string id, string script)
    {
        await RepositoryAsync();
        string before = Picture();
        BoxOutcome contained = await _ground.ContainedAsync("sh", "-c", script);
        Assert.True(contained.Status != 0, $"{id}: {contained.Output}");
        Assert.Equal(before, Picture());
        BoxOutcome free = await _ground.FreeAsync("sh", "-c", "mkdir -p .vscode .claude; " + script);
        Assert.True(free.Status == 0, $"{id}, control: {free.Output}");
    }

    [Fact]
    public async Task An_agent_edits_commits_and_branches()
    {
        await RepositoryAsync();
        await File.WriteAllTextAsync(Path.Combine(_ground.Home, ".gitconfig"), "[user]\n\tname = A Person\n\temail = person@example.org\n", TestContext.Current.CancellationToken);
        BoxOutcome contained = await _ground.ContainedAsync("sh", "-ec", """
            echo '{"scripts":{"test":"true"}}' >package.json; mkdir src; echo code >src/a; rm README
            git add -A; git commit -qm change; git checkout -qb feature; git tag v1; git gc -q; git stash list; git status --porcelain
            git log -1 --format='%an %ae %s' --stat
            """);
        Assert.Equal((0, "A Person person@example.org change\n\n README       | 1 -\n package.json | 1 +\n src/a        | 1 +\n 3 files changed, 2 insertions(+), 1 deletion(-)"), (contained.Status, contained.Output));
        Assert.Equal("change", (await _ground.FreeAsync("git", "log", "-1", "--format=%s", "feature")).Output);
        // What stood in for missing entries is gone: no more than the command itself has made.
        Assert.Equal("", (await _ground.FreeAsync("git", "status", "--porcelain")).Output);
        Assert.False(File.Exists(Path.Combine(_ground.Folder, ".git/commondir")));
        Assert.False(Directory.Exists(Path.Combine(_ground.Folder, ".vscode")));
        Assert.False(File.Exists(Path.Combine(_ground.Folder, ".mcp.json")));
    }

    [Fact]
    public async Task A_folder_without_a_repository_gets_none_and_is_left_without_traces()
    {
        BoxOutcome contained = await _ground.ContainedAsync("sh", "-c", "git init . || echo refused; mkdir .vscode; rmdir .git; echo work >file");
        Assert.Contains("refused", contained.Output, StringComparison.Ordinal);
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(_ground.Folder).Select(Path.GetFileName));
        Assert.Equal(0, (await _ground.FreeAsync("git", "init", ".")).Status);
    }

    [Fact]
    public async Task A_link_in_the_place_of_something_guarded_is_refused_and_nothing_is_left_behind()
    {
        Directory.CreateSymbolicLink(Path.Combine(_ground.Folder, ".vscode"), _ground.Home);
        BoxException refused = await Assert.ThrowsAsync<BoxException>(() => _ground.ContainedAsync("true"));
        Assert.Contains(".vscode is a symbolic link", refused.Message, StringComparison.Ordinal);
        Assert.Equal([".vscode"], Directory.EnumerateFileSystemEntries(_ground.Folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_box_that_ends_takes_nothing_from_another_one_in_the_same_folder()
    {
        (Exeat.Linux.Handle read, Exeat.Linux.Handle write) = Exeat.Linux.Handle.Pipe();
        (Exeat.Linux.Handle input, Exeat.Linux.Handle go) = Exeat.Linux.Handle.Pipe();
        await using (ContainedCommand first = ContainedCommand.Start(_ground.Request("sh", "-c", "echo ready; read line; mkdir .vscode || rmdir .vscode; echo evil >.vscode/tasks.json || echo refused"), [input, write, write]))
        {
            write.Dispose();
            byte[] ready = new byte[6];
            Assert.Equal(6, read.Read(ready));
            Assert.Equal(0, (await _ground.ContainedAsync("true")).Status);
            go.Write("go\n"u8);
            Assert.Contains("refused", BoxGround.ReadAll(read), StringComparison.Ordinal);
            await first.EndAsync(TestContext.Current.CancellationToken);
        }
        foreach (Exeat.Linux.Handle handle in (Exeat.Linux.Handle[])[read, input, go]) handle.Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_ground.Folder));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/usr")]
    [InlineData("/etc")]
    [InlineData("/run")]
    [InlineData("/proc")]
    public async Task The_system_is_no_working_folder(string folder)
    {
        BoxException refused = await Assert.ThrowsAsync<BoxException>(() => BoxGround.ContainedAsync(_ground.Request("true") with { Folder = folder }));
        Assert.Contains("go to the folder of one project", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_home_folder_and_what_holds_it_are_no_working_folders()
    {
        foreach (string folder in (string[])[_ground.Home, _ground.Outside])
        {
            BoxException refused = await Assert.ThrowsAsync<BoxException>(() => BoxGround.ContainedAsync(_ground.Request("true") with { Folder = folder }));
            Assert.Contains("holds the home folder", refused.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _ground.Dispose();

    private async Task RepositoryAsync()
    {
        BoxOutcome made = await _ground.FreeAsync("sh", "-ec", """
            git init -q .; mkdir -p .husky tools/hooks; echo a >README; echo b >.envrc; echo h >.husky/x; echo h >tools/hooks/x
            git config core.hooksPath tools/hooks; git add -A; git -c user.name=a -c user.email=a@example.org commit -qm first
            """);
        Assert.True(made.Status == 0, made.Output);
    }

    // The guarded entries and what is in them, as programs outside would read them.
    private string Picture()
    {
        string[] guarded = [".git/hooks", ".git/config", ".git/commondir", ".git/config.worktree", ".vscode", ".claude", ".codex", ".mcp.json", ".devcontainer", ".envrc", ".husky", "tools/hooks"];
        return string.Join('\n', guarded.Select(name => Path.Combine(_ground.Folder, name)).Select(path =>
            Directory.Exists(path) ? $"{path}: {string.Join(' ', Directory.EnumerateFiles(path).Order().Select(file => Path.GetFileName(file) + '=' + File.ReadAllText(file)))}"
            : File.Exists(path) ? $"{path}: {File.ReadAllText(path)}" : $"{path}: none"));
    }
}
