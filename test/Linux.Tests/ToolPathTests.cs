namespace Exeat.Linux.Tests;

public sealed class ToolPathTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("exeat-tools-").FullName;

    private string Work => Path.Combine(_outside, "work");

    public ToolPathTests() => Directory.CreateDirectory(Work);

    // A box shows the system's folders, and of others some.
    [Fact]
    public void A_tool_that_is_started_where_not_everything_is_shown_is_the_systems()
    {
        Assert.Matches("^/(usr/)?s?bin/setsid$", ToolPath.OfSystem("setsid"));
        Assert.Equal("/usr/bin/no-such-tool", ToolPath.OfSystem("no-such-tool"));
    }

    [Fact]
    public void A_tool_is_looked_for_in_rooted_folders_outside_the_working_folder()
    {
        string beside = Make("bin", "a-tool"), within = Make("work/.venv/bin", "a-tool");
        Make("work", "a-tool");
        Assert.Equal(Path.Combine(beside, "a-tool"), Find($"{within}:{Work}:{Work}/:{Work}/../work/.venv/bin::.:.venv/bin:{beside}"));
        Assert.Null(Find($"{within}:{Work}"));
        Assert.Equal(Path.Combine(within, "a-tool"), ToolPath.Find("a-tool", within, Path.Combine(_outside, "wo")));
        // Control: from elsewhere it is found there.
        Assert.Equal(Path.Combine(within, "a-tool"), ToolPath.Find("a-tool", within, beside));
    }

    [Fact]
    public void Links_into_the_working_folder_are_followed()
    {
        string within = Make("work/bin", "a-tool"), beside = Make("bin", "b-tool");
        File.CreateSymbolicLink(Path.Combine(beside, "a-tool"), Path.Combine(within, "a-tool"));
        Directory.CreateSymbolicLink(Path.Combine(_outside, "link"), within);
        Assert.Null(Find($"{beside}:{_outside}/link"));
        Assert.Equal(Path.Combine(beside, "a-tool"), ToolPath.Find("a-tool", beside, "/usr"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/usr/bin")]
    [InlineData("/usr")]
    public void The_systems_folders_are_always_looked_into(string workingFolder)
    {
        string? found = ToolPath.Find("sh", "", workingFolder);
        Assert.True(found is "/usr/bin/sh" or "/bin/sh", found);
    }

    [Fact]
    public void What_cannot_be_executed_is_no_tool_and_what_is_missing_has_a_path_that_cannot_be_started()
    {
        string beside = Make("bin", "a-tool");
        File.WriteAllText(Path.Combine(beside, "b-tool"), "");
        Assert.Null(ToolPath.Find("b-tool", beside, Work));
        Assert.Equal("/usr/bin/no-such-tool", ToolPath.Of("no-such-tool"));
        Assert.Throws<ArgumentException>(() => ToolPath.Of("./a-tool"));
    }

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    private string? Find(string path) => ToolPath.Find("a-tool", path, Work);

    private string Make(string folder, string tool)
    {
        string place = Directory.CreateDirectory(Path.Combine(_outside, folder)).FullName;
        if (!OperatingSystem.IsWindows()) using (File.Open(Path.Combine(place, tool), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute })) { }
        return place;
    }
}
