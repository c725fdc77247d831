using System.Diagnostics;

namespace Exeat.Store.Tests;

/// <summary>A disk that is full: a small file system of its own, in a namespace of its own.</summary>
public sealed class FullDiskTests
{
    private const string DirVariable = "EXEAT_STORE_SMALL_DISK";

    [Fact]
    public async Task A_full_disk_takes_nothing_answers_on_and_recovers_by_itself()
    {
        string dir = Directory.CreateTempSubdirectory("exeat-full").FullName;
        var start = new ProcessStartInfo("unshare") { RedirectStandardOutput = true, RedirectStandardError = true };
        string runner = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? $"'{Environment.ProcessPath}' '{typeof(FullDiskTests).Assembly.Location}'" : $"'{Environment.ProcessPath}'";
        foreach (string argument in new[]
        {
            "--user", "--map-root-user", "--mount", "sh", "-c",
            $"mount -t tmpfs -o size=10m tmpfs '{dir}' || exit 77; {runner} -noColor -noLogo -explicit only -method '{typeof(FullDiskTests).FullName}.{nameof(Fills_the_disk)}'",
        }) start.ArgumentList.Add(argument);
        start.Environment[DirVariable] = dir;
        using Process child = Process.Start(start)!;
        Task<string> reading = child.StandardOutput.ReadToEndAsync(), failing = child.StandardError.ReadToEndAsync();
        bool ended = child.WaitForExit(TimeSpan.FromMinutes(4));
        if (!ended) child.Kill(entireProcessTree: true);
        Assert.True(ended, "the child does not end");
        Directory.Delete(dir);
        (string output, string error) = (await reading, await failing);
        if (child.ExitCode is 77 or 1 && error.Contains("unshare", StringComparison.Ordinal)) Assert.Skip($"no file system of its own can be mounted here: {error}");
        Assert.True(child.ExitCode == 0, output + error);
        Assert.Contains("Total: 1", output, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public async Task Fills_the_disk()
    {
        string dir = Environment.GetEnvironmentVariable(DirVariable)!, filler = Path.Combine(dir, "filler");
        File.WriteAllBytes(filler, new byte[8 << 20]);
        await using FlowStore store = FlowStore.Open(new StoreOptions { Dir = Path.Combine(dir, "store"), IsDriven = false, RetentionDays = 0, MinFreeBytes = 0, Threads = 1 }, TimeProvider.System);
        int taken = 0;
        IngestResult last = default;
        for (int batch = 1; batch < 3000 && !last.IsFull; batch++)
        {
            last = store.Append("gw-1", CrashChild.Batch(batch).Bytes, Lines.Start);
            if (!last.IsFull) taken += last.Accepted;
            if (batch == 100) Assert.True(store.Convert());
        }
        Assert.True(last.IsFull, "the disk did not fill");
        Assert.Equal((0, 0), (last.Accepted, last.Duplicates));
        Assert.True(store.Status.IsFull);
        // What is acknowledged is there, and asked as ever.
        Assert.Equal(taken, store.Status.Events);
        store.Show();
        Assert.Equal(10 * ((taken / CrashChild.EventsPerBatch) + 1), (await store.GroupAsync(new GroupQuery { By = [FlowDimension.Agent] }, null, default)).Total.Attempts);
        Assert.ThrowsAny<Exception>(() => store.Convert());
        Assert.Equal(taken, store.Status.Events);
        File.Delete(filler);
        int next = (taken / CrashChild.EventsPerBatch) + 1;
        Assert.Equal(new IngestResult(CrashChild.EventsPerBatch, 0, 0, false), store.Append("gw-1", CrashChild.Batch(next).Bytes, Lines.Start));
        Assert.True(store.Convert());
        Assert.True(store.Convert());
        Assert.Equal((taken + CrashChild.EventsPerBatch, 0L, false), (store.Status.Events, store.Status.Waiting, store.Status.IsFull));
        Assert.Equal(10 * (next + 1), (await store.GroupAsync(new GroupQuery { By = [FlowDimension.Stage] }, null, default)).Total.Attempts);
    }
}
