using System.Text;

namespace Exeat.Flows.Tests;

public sealed class ReaderTests
{
    private static string Line(int sequence, string more = "") =>
        $$"""{"v":1,"id":"gw/1/{{sequence}}","event":"decision","time":"2026-03-01T00:00:00Z"{{more}}}""" + "\n";

    private static TempJournal With(params string[] segments)
    {
        var temp = new TempJournal();
        for (int i = 0; i < segments.Length; i++) File.WriteAllText(Path.Combine(temp.Options.Dir, $"flows-000001-{i + 1:d6}.ndjson"), segments[i]);
        return temp;
    }

    [Fact]
    public void Events_come_once_though_they_were_written_twice_and_out_of_order()
    {
        using TempJournal temp = With(Line(1) + Line(4) + Line(4) + Line(2), Line(1) + Line(2) + Line(3) + Line(5));
        Assert.Equal(["gw/1/1", "gw/1/4", "gw/1/2", "gw/1/3", "gw/1/5"], temp.Read().Select(e => e.Id));
    }

    [Fact]
    public void Lines_that_are_no_events_are_counted_and_passed_over()
    {
        using TempJournal temp = With(Line(1) + "{\"v\":1}\nrubbish\n\n" + Line(2) + "{\"v\":1,\"id", Line(3));
        var reader = new JournalReader(temp.Options.Dir);
        Assert.Equal(["gw/1/1", "gw/1/2", "gw/1/3"], reader.Read().Select(e => e.Id));
        Assert.Equal(4, reader.Corrupt);
    }

    [Fact]
    public void Unknown_fields_are_passed_over_and_kept_in_the_raw_line()
    {
        using TempJournal temp = With(Line(1, ",\"later\":{\"a\":[1]}"));
        FlowEvent read = Assert.Single(temp.Read());
        Assert.Contains("\"later\":{\"a\":[1]}", Encoding.UTF8.GetString(read.Raw.Span));
    }

    [Fact]
    public void The_tail_begins_with_a_whole_line_of_the_newest_segment_wherever_it_is_cut()
    {
        string older = Line(1) + Line(2), newer = Line(3) + Line(4) + Line(5);
        using TempJournal temp = With(older, newer);
        for (int bytes = 1; bytes <= newer.Length + 10; bytes++)
        {
            var reader = new JournalReader(temp.Options.Dir);
            reader.SkipToTail(bytes);
            // A line counts when its predecessor's end is within the tail too: what stands before the first line end may be half a line.
            string[] expected = bytes >= newer.Length ? ["gw/1/3", "gw/1/4", "gw/1/5"] : bytes > Line(5).Length + Line(4).Length ? ["gw/1/4", "gw/1/5"] : bytes > Line(5).Length ? ["gw/1/5"] : [];
            Assert.Equal((bytes, string.Join(' ', expected)), (bytes, string.Join(' ', reader.Read().Select(e => e.Id))));
            Assert.Equal(0, reader.Corrupt);
        }
    }

    [Fact]
    public void A_newer_major_version_is_refused_by_name()
    {
        using TempJournal temp = With(Line(1), Line(2).Replace("\"v\":1", "\"v\":2"));
        Assert.Contains("newer release", Assert.Throws<JournalException>(temp.Read).Message);
    }

    [Fact]
    public void A_line_that_is_being_written_is_left_for_the_next_reading()
    {
        string line = Line(2);
        using TempJournal temp = With(Line(1) + line[..20]);
        var reader = new JournalReader(temp.Options.Dir);
        Assert.Equal("gw/1/1", Assert.Single(reader.Read()).Id);
        Assert.Empty(reader.Read());
        File.AppendAllText(temp.Segments[0], line[20..]);
        Assert.Equal("gw/1/2", Assert.Single(reader.Read()).Id);
        Assert.Equal(0, reader.Corrupt);
    }

    [Fact]
    public void Since_leaves_out_what_is_older()
    {
        using TempJournal temp = With(Line(1) + Line(2).Replace("2026-03-01", "2026-03-02"));
        Assert.Equal("gw/1/2", Assert.Single(new JournalReader(temp.Options.Dir).Read(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))).Id);
    }

    [Fact]
    public void The_end_of_a_long_journal_is_found_without_its_beginning()
    {
        using TempJournal temp = With(Line(1) + Line(2), Line(3) + Line(4), Line(5));
        var reader = new JournalReader(temp.Options.Dir);
        reader.SkipToLast(2);
        Assert.Equal(["gw/1/3", "gw/1/4", "gw/1/5"], reader.Read().Select(e => e.Id));
    }

    [Fact]
    public async Task A_follower_sees_events_across_segments_as_they_are_committed()
    {
        using var temp = new TempJournal(segmentBytes: 1_000);
        using Journal journal = temp.Open();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        List<int> seen = [];
        int next = 0;
        Assert.True(journal.AppendDurably(TempJournal.Draft(next)));
        await foreach (FlowEvent read in new JournalReader(temp.Options.Dir).FollowAsync(TimeProvider.System, TimeSpan.FromMilliseconds(1), stop.Token))
        {
            seen.Add(read.Port);
            if (++next == 20) break;
            Assert.True(journal.AppendDurably(TempJournal.Draft(next)));
        }
        Assert.Equal(Enumerable.Range(0, 20), seen);
        Assert.True(temp.Segments.Length > 3);
    }

    [Fact]
    public void A_missing_directory_is_an_error_that_names_it()
    {
        Assert.Contains("nowhere", Assert.Throws<JournalException>(() => new JournalReader("nowhere")).Message);
    }
}
