using System.Text;
using Exeat.Linux;
using Exeat.Run.Box;

namespace Exeat.Run.Tests.Boxes;

/// <summary>K16: the kernel takes a mount away when somebody outside replaces what it is on. The box ends then.</summary>
public sealed class GuardWatchTests : IDisposable
{
    private readonly BoxGround _ground = new();

    [Theory]
    [InlineData(".git/config", "git config branch.main.remote origin")]
    [InlineData(".git/config", "rm .git/config")]
    [InlineData(".mcp.json", "echo '{}' >new; mv new .mcp.json")]
    [InlineData(".vscode", "rmdir .vscode")]
    [InlineData("policy.yaml", "echo x >new; mv new policy.yaml")]
    public async Task A_box_ends_when_what_it_guards_is_replaced_outside(string path, string outside)
    {
        Assert.Equal(0, (await _ground.FreeAsync("sh", "-ec", "git init -q .; echo >policy.yaml")).Status);
        BoxRequest request = _ground.Request("sh", "-c", "trap '' INT TERM HUP; echo ready; sleep 5; echo went on; echo evil >>\"$1\"", "sh", path) with { ReadOnly = [Path.Combine(_ground.Folder, "policy.yaml")] };
        (string output, Exception? failure) = await WhileRunningAsync(request, outside);
        RunException ended = Assert.IsType<RunException>(failure);
        Assert.Equal(RunException.Broke, ended.Status);
        Assert.StartsWith(Path.Combine(_ground.Folder, path) + " was replaced or removed by a program outside", ended.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("went on", output, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", File.Exists(Path.Combine(_ground.Folder, path)) ? await File.ReadAllTextAsync(Path.Combine(_ground.Folder, path), TestContext.Current.CancellationToken) : "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo '# more' >>.git/config")]
    [InlineData("echo '{}' >.vscode/settings.json; echo '{}' >s; mv s .vscode/settings.json; rm .vscode/settings.json")]
    [InlineData("git add -A; git -c user.name=a -c user.email=a@example.org commit -qm x; git checkout -qb other; git gc -q; mkdir d; rmdir d")]
    public async Task A_box_goes_on_when_anything_else_is_done_outside(string outside)
    {
        Assert.Equal(0, (await _ground.FreeAsync("sh", "-ec", "git init -q .; echo a >a")).Status);
        (string output, Exception? failure) = await WhileRunningAsync(_ground.Request("sh", "-c", "echo ready; sleep 1; echo went on"), outside);
        Assert.Null(failure);
        Assert.Contains("went on", output, StringComparison.Ordinal);
    }

    // A working folder that is reached by a link: what is to stay read-only is named by it too.
    [Fact]
    public async Task What_is_named_by_way_of_a_link_is_guarded_where_it_lies()
    {
        await File.WriteAllTextAsync(Path.Combine(_ground.Folder, "settings"), "kept\n", TestContext.Current.CancellationToken);
        string link = Path.Combine(_ground.Outside, "link");
        Directory.CreateSymbolicLink(link, _ground.Folder);
        BoxOutcome done = await BoxGround.ContainedAsync(_ground.Request("sh", "-c", "echo evil >settings; cat settings") with { ReadOnly = [Path.Combine(link, "settings")] });
        Assert.Equal(0, done.Status);
        Assert.EndsWith("kept", done.Output, StringComparison.Ordinal);
        Assert.Equal("kept\n", await File.ReadAllTextAsync(Path.Combine(_ground.Folder, "settings"), TestContext.Current.CancellationToken));
    }

    public void Dispose() => _ground.Dispose();

    private async Task<(string Output, Exception? Failure)> WhileRunningAsync(BoxRequest request, string outside)
    {
        (Handle read, Handle write) = Handle.Pipe();
        using Handle input = Handle.WithBytes([]);
        await using ContainedCommand command = ContainedCommand.Start(request, [input, write, write]);
        write.Dispose();
        byte[] ready = new byte[6];
        int got = read.Read(ready);
        Assert.Equal("ready\n", Encoding.UTF8.GetString(ready, 0, got));
        BoxOutcome done = await _ground.FreeAsync("sh", "-ec", outside);
        Assert.True(done.Status == 0, done.Output);
        Exception? failure = await Record.ExceptionAsync(() => command.EndAsync(TestContext.Current.CancellationToken));
        string output = BoxGround.ReadAll(read);
        read.Dispose();
        return (output, failure);
    }
}
