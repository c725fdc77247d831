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
            first.Begin();
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
    public void A_table_that_was_loaded_again_counts_from_zero()
    {
        using (QueueTally first = Open())
        {
            first.Begin();
            first.Note(1000);
            _table = 2;
            first.Note(1003);
        }
        using QueueTally next = Open();
        Assert.Equal(4, next.Unjudged(7));
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
