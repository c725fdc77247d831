using Exeat.Gateway.Records;

namespace Exeat.Gateway.Tests.Records;

/// <summary>What a killed gateway knew of is known to the next: the rest was judged by nobody.</summary>
public sealed class QueueTallyTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory().FullName;
    private int _table = 1;
    private long _lost;

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public void What_came_after_a_kill_is_counted_by_the_next()
    {
        using (QueueTally first = Open())
        {
            Assert.Equal(0, first.Unjudged(500));
            first.Begin(0);
            first.Note(40);
            _lost = 10;
            first.Note(90);
        }
        // 120 were handed over: 90 came, 10 were told as lost.
        using QueueTally next = Open();
        Assert.Equal(20, next.Unjudged(120));
        Assert.Equal(0, next.Unjudged(100));
        Assert.Equal(0, next.Unjudged(null));
    }

    [Fact]
    public void What_waits_in_the_queue_when_the_table_is_loaded_is_not_of_the_new_table()
    {
        using (QueueTally first = Open())
        {
            first.Begin(100);
            first.Note(60);
            first.Note(105);
        }
        // Of the new table 5 came, 9 were handed over.
        using QueueTally next = Open();
        Assert.Equal(4, next.Unjudged(9));
    }

    [Fact]
    public void A_table_that_was_loaded_again_counts_from_zero()
    {
        using (QueueTally first = Open())
        {
            first.Begin(0);
            first.Note(1000);
            _table = 2;
            first.Note(1003);
        }
        using QueueTally next = Open();
        Assert.Equal(4, next.Unjudged(7));
    }

    [Fact]
    public void Refusals_that_a_killed_gateway_had_counted_or_not_read_are_known_to_the_next()
    {
        long repeated = 0, waiting = 0;
        using (var first = new QueueTally(_state, () => _table, () => _lost) { Repeated = () => repeated, Unwritten = () => waiting })
        {
            Assert.Equal((0, 0), (first.Unread(9), first.Waiting));
            first.Begin(0);
            (repeated, waiting) = (7, 5);
            first.Note(1);
        }
        using QueueTally next = Open();
        Assert.Equal((2, 0, 0, 5), (next.Unread(9), next.Unread(7), next.Unread(null), next.Waiting));
    }

    // Killed between its start and its first records: its own table counts from zero, and what the one before it left must not be forgotten with it.
    [Theory, InlineData(false), InlineData(true)]
    public void What_was_left_by_one_stays_until_another_has_told_it(bool told)
    {
        using (QueueTally first = Open())
        {
            first.Begin(0);
            first.Note(90);
        }
        using (var second = new QueueTally(_state, () => _table, () => _lost) { Repeated = () => 3, Unwritten = () => 2 })
        {
            second.Owe(second.Unjudged(120), 7, 5);
            second.Begin(0);
            second.Note(40);
            if (told) second.Told(40);
        }
        // Of the second table 44 were handed over, and 3 refusals repeated.
        using QueueTally next = Open();
        Assert.Equal(told ? (4, 0, 2) : (34, 7, 7), (next.Unjudged(44), next.Unread(3), next.Waiting));
    }

    [Fact]
    public void What_an_older_gateway_kept_is_read()
    {
        File.WriteAllBytes(Path.Combine(_state, QueueTally.FileName), BitConverter.GetBytes(90L));
        using QueueTally tally = Open();
        Assert.Equal((30, 0, 0), (tally.Unjudged(120), tally.Unread(9), tally.Waiting));
    }

    [Fact]
    public void A_note_allocates_nothing()
    {
        using QueueTally tally = Open();
        tally.Note(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) tally.Note(i);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private QueueTally Open() => new(_state, () => _table, () => _lost);
}
