using Exeat.Run.Box;

namespace Exeat.Run.Tests.Boxes;

/// <summary>K16: Git outside the box obeys no settings of the command's making, wherever it looks for them.</summary>
public sealed class RepositoryTests : IDisposable
{
    private const string Evil = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\tfsmonitor = \"touch $OUTSIDE/witness; false\"\n[alias]\n\tevil = !touch $OUTSIDE/witness\n";

    private readonly BoxGround _ground = new();

    private string Witness => Path.Combine(_ground.Outside, "witness");

    [Theory]
    [InlineData("none", "true", "cp -r $B/HEAD $B/objects $B/refs .; echo \"$EVIL\" >config")]
    [InlineData("none-commondir", "true", "mkdir c; cp -r $B/objects $B/refs c/; cp $B/HEAD .; echo c >commondir; echo \"$EVIL\" >c/config")]
    [InlineData("none-objects-there", "mkdir refs; touch refs/x", "cp -r $B/HEAD $B/objects .; echo \"$EVIL\" >config")]
    [InlineData("none-both-there", "mkdir refs objects", "cp $B/HEAD .; echo \"$EVIL\" >config")]
    [InlineData("head-moved", "git init -q .", "mv .git/HEAD .git/H; cp -r $B/HEAD $B/objects $B/refs .; echo \"$EVIL\" >config")]
    [InlineData("bare", "git init -q --bare .", "echo \"$EVIL\" >config")]
    [InlineData("bare-include", "git init -q --bare .; git config include.path more", "echo \"$EVIL\" >more")]
    [InlineData("include", "git init -q .; git config include.path ../team.gitconfig", "echo \"$EVIL\" >team.gitconfig")]
    [InlineData("include-there", "git init -q .; git config include.path ../team.gitconfig; echo >team.gitconfig", "echo \"$EVIL\" >>team.gitconfig")]
    [InlineData("include-replaced", "git init -q .; git config include.path ../team.gitconfig; echo >team.gitconfig", "echo \"$EVIL\" >t; mv -f t team.gitconfig")]
    [InlineData("include-below", "git init -q .; git config include.path ../conf/git/team", "mkdir -p conf/git; echo \"$EVIL\" >conf/git/team")]
    [InlineData("include-in-git", "git init -q .; git config include.path more", "echo \"$EVIL\" >.git/more")]
    [InlineData("include-if", "git init -q .; git config includeIf.gitdir:$PWD/.path ../team.gitconfig", "echo \"$EVIL\" >team.gitconfig")]
    [InlineData("include-of-include", "git init -q .; git config include.path ../team.gitconfig; printf '[include]path = sub/\"more\" ; x\\n' >team.gitconfig; mkdir sub", "echo \"$EVIL\" >sub/more")]
    [InlineData("include-home", "git init -q .; git config include.path '~/../work/team.gitconfig'", "echo \"$EVIL\" >team.gitconfig")]
    [InlineData("include-elsewhere", "git init -q .; ln -s $PWD/team.gitconfig $OUTSIDE/team; touch team.gitconfig; git config include.path $OUTSIDE/team", "echo \"$EVIL\" >>team.gitconfig")]
    [InlineData("include-of-elsewhere", "git init -q .; git config -f $OUTSIDE/team include.path $PWD/more; git config include.path $OUTSIDE/team", "echo \"$EVIL\" >more")]
    public async Task Settings_that_Git_obeys_outside_are_not_written(string id, string before, string attack)
    {
        string plant = $"EVIL='{Evil}'; export EVIL=$(echo \"$EVIL\" | sed \"s,.OUTSIDE,$OUTSIDE,g\"); B=/tmp/bare-$$; git init -q --bare $B; {attack}; rm -rf $B";
        Assert.Equal(0, (await _ground.FreeAsync("sh", "-ec", before)).Status);
        await _ground.ContainedAsync("sh", "-c", plant);
        await _ground.FreeAsync("sh", "-c", "git status; git evil");
        Assert.False(File.Exists(Witness), id);
        // Control: written outside, the same is obeyed.
        await _ground.FreeAsync("sh", "-c", "rm -f refs objects commondir 2>/dev/null; " + plant);
        BoxOutcome control = await _ground.FreeAsync("sh", "-c", "git status; git evil");
        Assert.True(File.Exists(Witness), $"{id}, control: {control.Output}");
    }

    [Fact]
    public async Task What_keeps_a_folder_from_being_a_repository_is_not_in_the_way_of_Git()
    {
        BoxOutcome made = await _ground.FreeAsync("sh", "-ec", "git init -q .; echo a >a; git add a; git -c user.name=a -c user.email=a@example.org commit -qm first");
        Assert.Equal(0, made.Status);
        BoxOutcome contained = await _ground.ContainedAsync("sh", "-ec", "echo b >>a; git diff --stat HEAD; git log --format=%s HEAD; git reset -q HEAD; git checkout -q HEAD a; git status --porcelain");
        Assert.Equal((0, "a | 1 +\n 1 file changed, 1 insertion(+)\nfirst"), (contained.Status, contained.Output));
        Assert.Equal([".git", "a"], Directory.EnumerateFileSystemEntries(_ground.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    // What comes with a tree may name itself as often as it likes: read again each time it would be forty to the tenth readings.
    [Fact]
    public async Task Settings_that_name_each_other_are_read_once()
    {
        Assert.Equal(0, (await _ground.FreeAsync("sh", "-ec", "git init -q .; git config include.path ../a; for i in $(seq 20); do printf '[include]\\npath = a\\npath = b\\n'; done >a; cp a b")).Status);
        BoxOutcome done = await Task.Run(() => _ground.ContainedAsync("sh", "-c", "echo x >a || echo x >b || echo held")).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.EndsWith("held", done.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _ground.Dispose();
}
