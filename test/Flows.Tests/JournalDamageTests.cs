namespace Exeat.Flows.Tests;

/// <summary>What people and accidents do to the files of a journal, while it is written and between two runs.</summary>
public sealed class JournalDamageTests
{
    [Fact]
    public void A_segment_deleted_while_it_is_written_is_told_and_what_follows_is_kept()
    {
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        for (int i = 1; i <= 3; i++) journal.AppendDurably(TempJournal.Draft(i));
        File.Delete(temp.Segments.Single());
        temp.Time.Advance(TimeSpan.FromSeconds(1));
        journal.AppendDurably(TempJournal.Draft(4));
        List<FlowEvent> read = temp.Read();
        Assert.Equal([4], read.Where(e => e.Flow is not null).Select(e => e.Port));
        FlowEvent note = Assert.Single(read, e => e.Reason == "journal-damaged");
        Assert.Equal(3, note.Count);
        Assert.Contains("flows-000001-000001.ndjson was deleted", note.Note);
        Assert.True(journal.IsWritable);
    }

    [Fact]
    public void A_segment_cut_to_nothing_while_it_is_written_is_told_and_no_hole_is_left()
    {
        using var temp = new TempJournal();
        using Journal journal = temp.Open();
        for (int i = 1; i <= 3; i++) journal.AppendDurably(TempJournal.Draft(i));
        File.WriteAllBytes(temp.Segments.Single(), []);
        temp.Time.Advance(TimeSpan.FromSeconds(1));
        journal.AppendDurably(TempJournal.Draft(4));
        var reader = new JournalReader(temp.Options.Dir);
        List<FlowEvent> read = [.. reader.Read()];
        Assert.Equal(0, reader.Corrupt);
        Assert.Equal([4], read.Where(e => e.Flow is not null).Select(e => e.Port));
        Assert.Equal(3, Assert.Single(read, e => e.Reason == "journal-damaged").Count);
    }

    [Fact]
    public void An_older_segment_deleted_by_hand_does_not_stop_retention()
    {
        using var temp = new TempJournal(maxBytes: 16_000, segmentBytes: 2_000);
        using Journal journal = temp.Open();
        int i = 0;
        while (temp.Segments.Length < 4) journal.AppendDurably(TempJournal.Draft(++i));
        File.Delete(temp.Segments[0]);
        while (i < 300)
        {
            journal.AppendDurably(TempJournal.Draft(++i));
            if (i % 20 == 0) temp.Time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.InRange(temp.Segments.Sum(path => new FileInfo(path).Length), 1, 18_000);
        Assert.True(journal.IsWritable);
    }

    [Fact]
    public void A_corrupt_line_in_the_middle_costs_that_line_only()
    {
        using var temp = new TempJournal();
        using (Journal journal = temp.Open())
        {
            for (int i = 1; i <= 5; i++) journal.AppendDurably(TempJournal.Draft(i));
        }
        string[] lines = File.ReadAllLines(temp.Segments.Single());
        lines[2] = "\0\0\0 not an event {" + lines[2];
        File.WriteAllLines(temp.Segments.Single(), lines);
        using (Journal journal = temp.Open()) journal.AppendDurably(TempJournal.Draft(6));
        var reader = new JournalReader(temp.Options.Dir);
        Assert.Equal([1, 2, 4, 5, 6], reader.Read().Where(e => e.Flow is not null).Select(e => e.Port));
        Assert.Equal(1, reader.Corrupt);
    }

    [Theory]
    [InlineData("not a number")]
    [InlineData("")]
    [InlineData("99999999999999999999999999")]
    [InlineData("9223372036854775807")]
    public void A_damaged_epoch_file_never_brings_an_id_back(string content)
    {
        using var temp = new TempJournal();
        for (int i = 0; i < 2; i++)
        {
            using Journal journal = temp.Open();
            journal.AppendDurably(TempJournal.Draft());
        }
        File.WriteAllText(Path.Combine(temp.Options.Dir, "epoch"), content);
        using (Journal journal = temp.Open()) Assert.Equal(3, journal.Epoch);
        foreach (string path in temp.Segments) File.Delete(path);
        File.WriteAllText(Path.Combine(temp.Options.Dir, "epoch"), content);
        using Journal last = temp.Open();
        Assert.True(last.Epoch > 1_000_000_000);
        Assert.True(last.AppendDurably(TempJournal.Draft()));
    }

    [Fact]
    public void Days_without_a_reader_stay_within_the_budget_and_nothing_stops()
    {
        using var temp = new TempJournal(maxBytes: 100_000, segmentBytes: 10_000);
        using Journal journal = temp.Open();
        for (int hour = 0; hour < 5 * 24; hour++)
        {
            for (int i = 0; i < 20; i++) Assert.True(journal.AppendDurably(TempJournal.Draft(hour)));
            temp.Time.Advance(TimeSpan.FromHours(1));
        }
        Assert.InRange(journal.Bytes, 50_000, 100_000);
        Assert.Equal(temp.Segments.Sum(path => new FileInfo(path).Length), journal.Bytes);
        Assert.Equal(119, temp.Read().Last(e => e.Flow is not null).Port);
    }
}
