namespace Exeat.Store.Tests.Files;

public sealed class FileShelfTests
{
    [Fact]
    public void A_file_stays_as_long_as_a_view_that_has_it_is_read()
    {
        string dir = Directory.CreateTempSubdirectory("exeat-shelf").FullName;
        using var waiting = new WaitingFolder(dir);
        StoredFile old = Made("old"), middle = Made("middle"), last = Made("last");
        FileView first = View(old), second = View(old, middle), third = View(last);
        var shelf = new FileShelf(dir, first);
        shelf.Take();
        shelf.Show(second, []);
        shelf.Take();
        shelf.Show(View(old, middle), []);
        shelf.Show(third, [old, middle]);
        Assert.Equal(["last", "middle", "old"], Left());
        shelf.Return(second);
        Assert.Equal(["last", "old"], Left());
        shelf.Return(first);
        Assert.Equal(["last"], Left());
        Directory.Delete(dir, recursive: true);

        FileView View(params StoredFile[] files) => new(files, new HashSet<string>(), [], waiting);
        IEnumerable<string> Left() => Directory.GetFiles(dir).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
        StoredFile Made(string name)
        {
            File.WriteAllText(Path.Combine(dir, name), "");
            return new StoredFile { Kind = FileKind.Flows, Day = 1, Path = name, Rows = 1, Bytes = 0 };
        }
    }

    [Fact]
    public async Task Whoever_reads_slowly_keeps_nothing_of_what_came_after()
    {
        await using var kept = new TemporaryStore();
        var lines = new Lines();
        for (int i = 1; i <= 1_500; i++) lines.Decision($"gw-1/1/{i}", Lines.Flow(Lines.Start), Lines.Start, "deny");
        kept.Append(lines);
        kept.Store.Show();
        (int seen, int most) = (0, 0);
        await foreach (StoredFlow _ in kept.Store.FlowsAsync(new FlowFilter(), default))
        {
            if (seen++ > 0) continue;
            for (int i = 1; i <= 50; i++)
            {
                kept.Append(new Lines().Decision($"gw-1/2/{i}", Lines.Flow(Lines.Start), Lines.Start, "deny"));
                kept.Store.Show();
                Assert.Single((await kept.Store.ListAsync(new FlowFilter(), null, 1, default)).Flows);
                Assert.Equal(1_500 + i, (await kept.GroupAsync(FlowDimension.Agent)).Total.Attempts);
                most = Math.Max(most, Waiting());
            }
        }
        Assert.Equal(1_500, seen);
        // The flows that it reads; the flows and the sums for those who ask now.
        Assert.Equal(3, most);
        Assert.Equal(2, Waiting());

        int Waiting() => Directory.GetFiles(Path.Combine(kept.Dir, "tmp"), "waiting-*").Length;
    }
}
