using System.Diagnostics;
using System.Globalization;

namespace Exeat.Store.Tests;

/// <summary>A process that is killed, wherever it is: what was acknowledged is there once, and nothing is there twice.</summary>
public sealed class CrashTests
{
    private static readonly string[] Points = ["wal-written:5", "wal-synced:5", "files-written:2", "manifest-written:3", "manifest-renamed:4", "wal-deleted:3", "compacted:1"];

    [Fact]
    public async Task A_kill_at_any_point_loses_no_acknowledged_record_and_doubles_none()
    {
        string dir = Directory.CreateTempSubdirectory("exeat-crash").FullName;
        var random = new Random(7);
        int before = 0, killedBusy = 0;
        for (int round = 0; round < Points.Length + 2; round++)
        {
            string? point = round < Points.Length ? Points[round] : null;
            using Process child = Start(dir, point);
            if (point is null)
            {
                // At some moment after it has begun to append.
                for (int waited = 0; CrashChild.Acknowledged(dir) <= before && waited < 400 && !child.HasExited; waited++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(400)), TimeProvider.System);
                child.Kill();
            }
            Assert.True(child.WaitForExit(TimeSpan.FromSeconds(60)), $"the child was to die at {point}");
            Assert.Equal(137, child.ExitCode);
            int acknowledged = CrashChild.Acknowledged(dir);
            if (acknowledged > before) killedBusy++;
            before = acknowledged;
            await CheckAsync(dir, acknowledged);
        }
        Assert.True(killedBusy >= 6 && before > 20, $"{killedBusy} kills in the midst of work, {before} batches: the test says little");
        Directory.Delete(dir, recursive: true);
    }

    private static async Task CheckAsync(string dir, int acknowledged)
    {
        await using FlowStore store = FlowStore.Open(CrashChild.Options(dir), TimeProvider.System);
        List<string> ids = [];
        await foreach (StoredLine line in store.EventsAsync(new FlowFilter(), null, default))
            ids.Add(System.Text.Json.JsonDocument.Parse(line.Line).RootElement.GetProperty("id").GetString()!);
        // The batch that was under way may be there or not, but whole; the sender sends it again.
        int there = ids.Count / CrashChild.EventsPerBatch;
        Assert.True(there == acknowledged || there == acknowledged + 1, $"{there} batches, {acknowledged} acknowledged");
        Assert.Equal(Enumerable.Range(CrashChild.EventsPerBatch, there * CrashChild.EventsPerBatch).Select(i => string.Create(CultureInfo.InvariantCulture, $"gw-1/1/{i}")).Order(), ids.Order());
        IngestResult again = store.Append("gw-1", CrashChild.Batch(there).Bytes, Lines.Start);
        Assert.Equal((0, there == 0 ? 0 : CrashChild.EventsPerBatch), (again.Accepted, there == 0 ? 0 : again.Duplicates));
        // Ten flows begin in each batch; those of the one before the first are known by their updates alone.
        long flows = there == 0 ? 0 : (there + 1) * (CrashChild.EventsPerBatch / 2);
        foreach (FlowDimension by in new[] { FlowDimension.Verdict, FlowDimension.Stage })
        {
            GroupResult groups = await store.GroupAsync(new GroupQuery { By = [by] }, null, default);
            Assert.Equal(by == FlowDimension.Verdict, groups.FromRollUps);
            Assert.Equal((flows, 7 * there * (CrashChild.EventsPerBatch / 2), 100 * there * (CrashChild.EventsPerBatch / 2)), (groups.Total.Attempts, groups.Total.BytesOut, groups.Total.BytesIn));
        }
        Assert.Equal((ids.Count, flows), (store.Status.Events, store.Status.Flows));
    }

    private static Process Start(string dir, string? point)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        foreach (string argument in new[] { "-noColor", "-noLogo", "-explicit", "only", "-class", typeof(CrashChild).FullName! }) start.ArgumentList.Add(argument);
        start.Environment[CrashChild.DirVariable] = dir;
        start.Environment[CrashChild.PointVariable] = point;
        Process child = Process.Start(start)!;
        child.OutputDataReceived += (_, _) => { };
        child.ErrorDataReceived += (_, _) => { };
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }
}
