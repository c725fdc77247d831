using System.Diagnostics;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

/// <summary>A disk that is really full: a small tmpfs in a user and mount namespace, in which this test program runs once more.</summary>
public sealed class FullDiskTests
{
    private const string SmallDisk = "EXEAT_TEST_SMALL_DISK";

    [Fact]
    public void On_a_full_disk_permits_stop_denials_wait_and_nothing_is_lost_in_silence()
    {
        if (Environment.GetEnvironmentVariable(SmallDisk) is { } disk)
        {
            FillAndFree(disk);
            return;
        }
        string mount = Directory.CreateTempSubdirectory("exeat-disk-").FullName;
        string self = typeof(FullDiskTests).Assembly.Location;
        using var process = Process.Start(new ProcessStartInfo("unshare")
        {
            ArgumentList = { "-Urm", "sh", "-c", $"mount -t tmpfs -o size=4m none {mount} && {SmallDisk}={mount} exec dotnet {self} -class {typeof(FullDiskTests).FullName}" },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Directory.Delete(mount);
        Assert.True(process.ExitCode == 0, output);
    }

    private static void FillAndFree(string disk)
    {
        using var temp = new TempJournal();
        using Journal journal = Journal.Open(temp.Options with { Dir = disk }, temp.Time);
        Assert.True(journal.AppendDurably(TempJournal.Draft(1, Verdict.Permit)));
        string filler = Path.Combine(disk, "filler");
        Fill(filler);
        int refusedAt = 2;
        while (journal.AppendDurably(TempJournal.Draft(refusedAt, Verdict.Permit))) refusedAt++;

        Assert.False(journal.IsWritable);
        Assert.Contains("write", journal.LastError);
        Assert.False(journal.AppendDurably(TempJournal.Draft(refusedAt + 1, Verdict.Permit)));
        const int noise = 4000;
        int taken = 0;
        for (int i = 0; i < noise; i++) taken += journal.Append(TempJournal.Draft(50_000, agent: "noisy")) ? 1 : 0;
        Assert.False(journal.Commit());
        Assert.InRange(taken, 1, noise - 1);
        // What stands in the file is whole, and only what was promised.
        var during = new JournalReader(disk);
        Assert.Equal(Enumerable.Range(1, refusedAt - 1), during.Read().Select(e => e.Port));
        Assert.Equal(0, during.Corrupt);

        File.Delete(filler);
        temp.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(journal.IsWritable);
        Assert.True(journal.AppendDurably(TempJournal.Draft(50_001, Verdict.Permit)));
        List<FlowEvent> after = [.. during.Read()];
        Assert.Equal(0, during.Corrupt);
        Assert.Equal([50_001], after.Where(e => e.Verdict == "permit").Select(e => e.Port));
        Assert.Equal(taken, after.Count(e => e.Agent == "noisy" && e.Flow is not null));
        Assert.Equal(noise - taken, after.Where(e => e.Agent == "noisy" && e.Reason == "journal-unwritable").Sum(e => e.Count));
        Assert.Equal(2, after.Where(e => e.Agent == "coding-1" && e.Reason == "journal-unwritable").Sum(e => e.Count));
        WithdrawByAnother(journal, filler);
    }

    // Another thread's write failed, and the disk was free again when the verdict thread asked: its permits are gone all the same.
    private static void WithdrawByAnother(Journal journal, string filler)
    {
        Fill(filler);
        while (journal.AppendDurably(TempJournal.Draft(51_000, Verdict.Deny))) { }
        Assert.True(journal.Append(TempJournal.Draft(51_001, Verdict.Permit)));
        Assert.False(journal.AppendDurably(TempJournal.Draft(51_002, Verdict.Deny)));
        File.Delete(filler);
        Assert.False(journal.Commit());
        Assert.True(journal.Commit());
    }

    private static void Fill(string path)
    {
        using FileStream file = File.Create(path, bufferSize: 1);
        try
        {
            while (true) file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // Full: what the test needs.
        }
    }
}
