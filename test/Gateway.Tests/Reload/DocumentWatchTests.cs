using System.Diagnostics;
using Exeat.Gateway.Reload;
using Exeat.Policy;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exeat.Gateway.Tests.Reload;

/// <summary>Whatever way a document changes by, the watch says so, and the fingerprint differs.</summary>
public sealed class DocumentWatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Ways => ["written in place", "renamed onto", "deleted", "link to it swapped", "kubernetes", "folder of releases"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_change_of_a_file_is_seen(string way)
    {
        using var folder = new ReloadFolder();
        (string path, Action change) = Arrange(folder, way);
        AssertSeen([path], change);
    }

    [Theory]
    [InlineData("policy/b.yaml"), InlineData("policy/deep/er/c.yml")]
    public void A_new_file_in_a_folder_is_seen(string name)
    {
        using var folder = new ReloadFolder();
        folder.Write("policy/a.yaml", ReloadFolder.Policy);
        Directory.CreateDirectory(Path.GetDirectoryName(folder.At(name))!);
        AssertSeen([folder.At("policy")], () => folder.Write(name, "kind: Policy"));
    }

    [Fact]
    public void A_folder_that_is_a_link_into_a_release_is_seen_to_change()
    {
        using var folder = new ReloadFolder();
        folder.Write("releases/1/a.yaml", "one");
        folder.Write("releases/2/a.yaml", "two");
        Directory.CreateSymbolicLink(folder.At("current"), "releases/1");
        AssertSeen([folder.At("current")], () => Swap(folder.At("current"), "releases/2"));
    }

    [Fact]
    public void Other_files_in_the_same_folder_wake_nobody()
    {
        using var folder = new ReloadFolder();
        string path = folder.Write("policy.yaml", ReloadFolder.Policy);
        using var told = new SemaphoreSlim(0);
        using var watch = new DocumentWatch(() => told.Release(), NullLogger.Instance);
        watch.Watch([path]);
        folder.Write("journal.ndjson", "a line");
        folder.Write("state/applied.json", "{}");
        // The event that follows in the same queue: what the others could have said was said before it.
        folder.Write("policy.yaml", "changed");
        Assert.True(told.Wait(Patience, TestContext.Current.CancellationToken));
        int more = told.CurrentCount;
        Assert.True(more <= 2, $"{more} events for one write");
    }

    private static (string Path, Action Change) Arrange(ReloadFolder folder, string way)
    {
        string path = folder.Write("etc/policy.yaml", "one");
        string other = folder.Write("other/policy.yaml", "two");
        switch (way)
        {
            case "written in place": return (path, () => File.WriteAllText(path, "two"));
            case "renamed onto": return (path, () => File.Move(other, path, overwrite: true));
            case "deleted": return (path, () => File.Delete(path));
            case "link to it swapped":
                File.CreateSymbolicLink(folder.At("etc/link.yaml"), "policy.yaml");
                return (folder.At("etc/link.yaml"), () => Swap(folder.At("etc/link.yaml"), "../other/policy.yaml"));
            case "kubernetes":
                folder.Write("map/..1/policy.yaml", "one");
                folder.Write("map/..2/policy.yaml", "two");
                Directory.CreateSymbolicLink(folder.At("map/..data"), "..1");
                File.CreateSymbolicLink(folder.At("map/policy.yaml"), "..data/policy.yaml");
                return (folder.At("map/policy.yaml"), () => Swap(folder.At("map/..data"), "..2"));
            default:
                Directory.CreateSymbolicLink(folder.At("current"), "etc");
                return (folder.At("current/policy.yaml"), () => Swap(folder.At("current"), "other"));
        }
    }

    // As tools do it: a new link beside the old one, renamed onto it. The framework cannot rename a link that leads to a folder.
    private static void Swap(string link, string target)
    {
        File.CreateSymbolicLink(link + ".new", target);
        using Process move = Process.Start("mv", ["-fT", link + ".new", link]);
        move.WaitForExit();
        Assert.Equal(0, move.ExitCode);
    }

    private static void AssertSeen(string[] paths, Action change)
    {
        using var told = new SemaphoreSlim(0);
        using var watch = new DocumentWatch(() => told.Release(), NullLogger.Instance);
        watch.Watch(paths);
        string before = DocumentPaths.Fingerprint(paths);
        Assert.Equal(before, DocumentPaths.Fingerprint(paths));
        change();
        Assert.True(told.Wait(Patience, TestContext.Current.CancellationToken), "the watch said nothing");
        Assert.NotEqual(before, DocumentPaths.Fingerprint(paths));
    }
}
