using System.Text;
using Exeat.Policy;

namespace Exeat.Flows.Tests;

public sealed class JournalTests
{
    [Fact]
    public void Nothing_is_in_the_file_before_commit_and_all_is_after()
    {
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        Assert.True(journal.Append(TempJournal.Draft(1)));
        Assert.True(journal.Append(TempJournal.Draft(2)));
        Assert.Empty(temp.Lines);
        Assert.True(journal.Commit());
        Assert.Equal([1, 2], temp.Read().Select(e => e.Port));
    }

    [Fact]
    public void Each_opening_is_a_new_epoch_also_when_the_epoch_file_was_lost()
    {
        using var temp = new TempJournal();
        for (int i = 1; i <= 3; i++)
        {
            if (i == 3) File.Delete(Path.Combine(temp.Options.Dir, "epoch"));
            using Journal journal = temp.Open();
            journal.AppendDurably(TempJournal.Draft());
        }
        Assert.Equal(["gw-1/1/1", "gw-1/2/1", "gw-1/3/1"], temp.Read().Select(e => e.Id));
    }

    [Fact]
    public void Two_gateways_never_write_one_directory()
    {
        using var temp = new TempJournal();
        using Journal first = temp.Open();
        var error = Assert.Throws<JournalException>(temp.Open);
        Assert.Contains("another gateway writes here", error.Message);
        Assert.True(first.AppendDurably(TempJournal.Draft()));
    }

    [Fact]
    public void The_directory_is_free_again_after_closing()
    {
        using var temp = new TempJournal();
        temp.Open().Dispose();
        using Journal again = temp.Open();
        Assert.Equal(2, again.Epoch);
    }

    [Fact]
    public void Segments_rotate_and_the_oldest_go_with_a_note_of_how_many_events_went()
    {
        using var temp = new TempJournal(maxBytes: 16_000, segmentBytes: 2_000);
        using Journal journal = temp.Open();
        const int written = 200;
        for (int i = 1; i <= written; i++)
        {
            Assert.True(journal.AppendDurably(TempJournal.Draft(i)));
            if (i % 20 == 0) temp.Time.Advance(TimeSpan.FromSeconds(1));
        }
        temp.Time.Advance(TimeSpan.FromSeconds(1));
        List<FlowEvent> left = temp.Read();
        long retired = written - left.Count(e => e.Flow is not null);
        Assert.InRange(temp.Segments.Sum(path => new FileInfo(path).Length), 8_000, 16_000);
        Assert.True(retired > 0);
        Assert.Equal(Enumerable.Range((int)retired + 1, written - (int)retired), left.Where(e => e.Flow is not null).Select(e => e.Port));
        // Notes age like all else: what the notes that are left count is part of what is gone.
        Assert.Contains(left, e => e is { Event: "counted", Reason: "journal-retired", Count: > 0, Note: not null });
    }

    [Fact]
    public async Task Four_threads_lose_and_mix_nothing()
    {
        using var temp = new TempJournal(segmentBytes: 50_000);
        using Journal journal = temp.Open();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                Assert.True(journal.Append(TempJournal.Draft(i, agent: $"agent-{thread}")));
                if (i % 7 == 0) Assert.True(journal.Commit());
            }
        })));
        Assert.True(journal.Commit());
        var reader = new JournalReader(temp.Options.Dir);
        List<FlowEvent> read = [.. reader.Read()];
        Assert.Equal(0, reader.Corrupt);
        Assert.Equal(Enumerable.Range(1, 2000).Select(i => $"gw-1/1/{i}"), read.Select(e => e.Id));
        foreach (var own in read.GroupBy(e => e.Agent)) Assert.Equal(Enumerable.Range(0, 500), own.Select(e => e.Port));
    }

    [Fact]
    public void A_last_line_torn_at_any_byte_is_cut_and_told_and_nothing_else_is_lost()
    {
        using var temp = new TempJournal();
        using (Journal journal = temp.Open())
        {
            journal.AppendDurably(TempJournal.Draft(1));
            journal.AppendDurably(TempJournal.Draft(2));
        }
        byte[] whole = File.ReadAllBytes(temp.Segments[0]);
        int secondLine = whole.AsSpan().IndexOf((byte)'\n') + 1;
        for (int length = secondLine; length < whole.Length; length++)
        {
            foreach (string path in temp.Segments) File.Delete(path);
            File.WriteAllBytes(Path.Combine(temp.Options.Dir, "flows-000001-000001.ndjson"), whole[..length]);
            using (Journal journal = temp.Open()) Assert.True(journal.AppendDurably(TempJournal.Draft(3)));
            var reader = new JournalReader(temp.Options.Dir);
            List<FlowEvent> read = [.. reader.Read()];
            Assert.Equal(0, reader.Corrupt);
            Assert.Equal([1, 3], read.Where(e => e.Flow is not null).Select(e => e.Port));
            Assert.Equal(length > secondLine ? 1 : 0, read.Count(e => e.Reason == "journal-torn"));
        }
    }

    [Fact]
    public void Appending_and_committing_allocate_nothing_in_steady_state()
    {
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        FlowLabels labels = FlowLabels.From([new("team", "red")]);
        Exeat.Names.DomainName[] bound = [TempJournal.Name("www.example.org")];
        long Round()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                FlowDraft draft = TempJournal.Draft(i);
                journal.Append(new FlowDraft
                {
                    Flow = draft.Flow,
                    Kind = draft.Kind,
                    AgentId = "coding-1",
                    AgentClass = "coding",
                    Labels = labels,
                    Source = draft.Source,
                    SourcePort = 4,
                    Destination = draft.Destination,
                    Protocol = 6,
                    Port = 443,
                    ClaimedName = "www.example.org"u8,
                    ClaimSource = NameSource.Sni,
                    Bound = bound,
                    RuleName = "allow-core",
                    Reason = Reason.PermittedByRule,
                    Verdict = Verdict.Permit,
                    Enforced = true,
                    PolicyVersion = "abc",
                    AgentsHash = "def",
                    Generation = 1,
                });
                if (i % 10 == 9) journal.Commit();
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
        for (int i = 0; i < 20; i++) Round();
        Assert.Equal(0, Round());
    }

    [Fact]
    public void A_gateway_id_that_would_break_event_ids_is_refused()
    {
        using var temp = new TempJournal();
        Assert.Throws<JournalException>(() => Journal.Open(temp.Options with { Gateway = "a/b" }, temp.Time));
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_an_error_that_names_it()
    {
        using var temp = new TempJournal();
        string file = Path.Combine(temp.Options.Dir, "taken");
        File.WriteAllText(file, "", Encoding.ASCII);
        var error = Assert.Throws<JournalException>(() => Journal.Open(temp.Options with { Dir = file }, temp.Time));
        Assert.Contains(file, error.Message);
    }
}
