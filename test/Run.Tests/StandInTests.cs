using Exeat.Linux;
using Exeat.Run.Box.Folder;

namespace Exeat.Run.Tests;

public sealed class StandInTests : IDisposable
{
    private readonly string _outside = Directory.CreateTempSubdirectory("exeat-stand-ins-").FullName;

    private string Work => Path.Combine(_outside, "work");

    private string List => Path.Combine(_outside, "list");

    [Fact]
    public void What_a_killed_one_made_is_removed_unless_somebody_wrote_to_it()
    {
        Make(".vscode", folder: true);
        Make(".idea", folder: true);
        Make(".mcp.json", folder: false);
        Make("opencode.json", folder: false);
        File.AppendAllText(List, "{\"Folder\":\"");
        File.WriteAllText(Path.Combine(Work, ".idea/x"), "");
        File.WriteAllText(Path.Combine(Work, "opencode.json"), "mine");
        Assert.True(StandIn.RemoveListed(List));
        Assert.Equal([".idea", "opencode.json"], Directory.EnumerateFileSystemEntries(Work).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(List));
        Assert.True(StandIn.RemoveListed(List));
    }

    [Fact]
    public void Nothing_is_taken_from_another_box_in_the_folder_nor_followed_by_a_link()
    {
        Make(".git", folder: true);
        Make(".git/hooks", folder: true);
        using (FolderLock other = FolderLock.Share(Work)!) Assert.False(StandIn.RemoveListed(List));
        Assert.True(Directory.Exists(Path.Combine(Work, ".git/hooks")));
        Directory.Move(Path.Combine(Work, ".git"), Path.Combine(_outside, "elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(Work, ".git"), Path.Combine(_outside, "elsewhere"));
        Assert.True(StandIn.RemoveListed(List));
        Assert.True(Directory.Exists(Path.Combine(_outside, "elsewhere/hooks")));
        Assert.NotNull(new DirectoryInfo(Path.Combine(Work, ".git")).LinkTarget);
    }

    public StandInTests() => Directory.CreateDirectory(Work);

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    private void Make(string name, bool folder)
    {
        var standIn = new StandIn(Work, Path.Combine(Work, name), folder, folder ? "" : "{}\n");
        standIn.NoteIn(List);
        if (folder) Directory.CreateDirectory(standIn.Path);
        else File.WriteAllText(standIn.Path, standIn.Empty);
    }
}
