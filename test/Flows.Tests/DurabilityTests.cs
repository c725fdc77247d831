using System.Diagnostics;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

/// <summary>What survives: kill −9 loses nothing that was promised, a power failure no more than one sync interval.</summary>
public sealed class DurabilityTests
{
    private const string WriterDir = "EXEAT_TEST_JOURNAL_WRITER";

    [Fact]
    public void What_is_committed_waits_at_most_200_ms_for_the_disk()
    {
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        Assert.Equal(TimeSpan.FromMilliseconds(200), temp.Options.SyncEvery);
        for (int round = 1; round <= 10; round++)
        {
            long before = journal.Syncs;
            journal.AppendDurably(TempJournal.Draft(round));
            temp.Time.Advance(TimeSpan.FromMilliseconds(199));
            journal.AppendDurably(TempJournal.Draft(round));
            temp.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(before + 1, journal.Syncs);
        }
    }

    [Fact]
    public void A_thousand_commits_of_one_interval_are_one_sync_and_none_is_made_without_events()
    {
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        for (int i = 0; i < 1000; i++) journal.AppendDurably(TempJournal.Draft(i));
        temp.Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(1, journal.Syncs);
        temp.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, journal.Syncs);
    }

    [Fact]
    public void A_segment_that_was_rotated_away_is_synced_too()
    {
        using var temp = new TempJournal(segmentBytes: 2_000);
        using Journal journal = temp.Open();
        while (temp.Segments.Length < 3) journal.AppendDurably(TempJournal.Draft());
        temp.Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(3, journal.Syncs);
    }

    [Fact]
    public void Killed_in_the_middle_of_writing_nothing_that_took_effect_is_missing()
    {
        if (Environment.GetEnvironmentVariable(WriterDir) is { } dir)
        {
            WriteUntilKilled(dir);
            return;
        }
        for (int round = 0; round < 3; round++)
        {
            using var temp = new TempJournal();
            using var writer = Process.Start(new ProcessStartInfo("dotnet")
            {
                ArgumentList = { typeof(DurabilityTests).Assembly.Location, "-method", $"{typeof(DurabilityTests).FullName}.{nameof(Killed_in_the_middle_of_writing_nothing_that_took_effect_is_missing)}" },
                RedirectStandardOutput = true,
                Environment = { [WriterDir] = temp.Options.Dir },
            })!;
            long told = 0;
            for (int lines = 0; lines < 2000 + 700 * round;)
            {
                string line = writer.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the writer ended by itself");
                if (!line.StartsWith("took-effect ", StringComparison.Ordinal)) continue;
                told = long.Parse(line.AsSpan(12), System.Globalization.CultureInfo.InvariantCulture);
                lines++;
            }
            writer.Kill();
            // What was still in the pipe took effect as well.
            while (writer.StandardOutput.ReadLine() is { } rest)
                if (rest.StartsWith("took-effect ", StringComparison.Ordinal) && long.TryParse(rest.AsSpan(12), out long more)) told = Math.Max(told, more);
            writer.WaitForExit();
            using (temp.Open()) { }
            var reader = new JournalReader(temp.Options.Dir);
            HashSet<long> kept = [.. reader.Read().Where(e => e.Verdict == "permit").Select(e => (long)e.Count)];
            Assert.Equal(0, reader.Corrupt);
            Assert.DoesNotContain(Enumerable.Range(2, (int)told - 1), number => !kept.Contains(number));
        }
    }

    private static void WriteUntilKilled(string dir)
    {
        using Journal journal = Journal.Open(new JournalOptions { Dir = dir, Gateway = "gw", SegmentBytes = 100_000 }, TimeProvider.System);
        // The effect is the line on the pipe: it comes after the record, as a verdict does. In groups, as batches of the queue come.
        for (long number = 2; ; number += 3)
        {
            for (long i = number; i < number + 3; i++)
            {
                FlowDraft draft = TempJournal.Draft(1, Verdict.Permit);
                journal.Append(draft with { Count = i });
            }
            if (journal.Commit()) Console.Out.WriteLine($"took-effect {number + 2}");
            Console.Out.Flush();
        }
    }
}
