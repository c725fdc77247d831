using CsCheck;
using Exeat.Gateway.Records;

namespace Exeat.Gateway.Tests.Records;

/// <summary>What the kernel's queue lost is told to the last packet, and never more.</summary>
public sealed class QueueLossesTests
{
    [Fact]
    public void What_did_not_come_was_lost_and_is_told_once()
    {
        var losses = new QueueLosses();
        Assert.Equal(0, losses.Take(1, before: 100, handed: 100, after: 100));
        Assert.Equal(50, losses.Take(1, before: 200, handed: 250, after: 200));
        Assert.Equal(0, losses.Take(1, before: 200, handed: 250, after: 200));
        Assert.Equal(50, losses.Total);
    }

    [Fact]
    public void What_still_waits_is_not_lost()
    {
        var losses = new QueueLosses();
        Assert.Equal(0, losses.Take(1, before: 100, handed: 400, after: null));
        Assert.Equal(0, losses.Take(1, before: 100, handed: 400, after: 400));
    }

    [Fact]
    public void What_comes_meanwhile_hides_a_loss_only_until_it_is_quiet()
    {
        var losses = new QueueLosses();
        Assert.Equal(0, losses.Take(1, before: 100, handed: 130, after: 150));
        Assert.Equal(30, losses.Take(1, before: 150, handed: 180, after: 150));
    }

    [Fact]
    public void A_table_that_counts_anew_is_no_loss_and_no_gain()
    {
        var losses = new QueueLosses();
        Assert.Equal(10, losses.Take(1, before: 90, handed: 100, after: 90));
        Assert.Equal(0, losses.Take(2, before: 120, handed: 30, after: 120));
        Assert.Equal(5, losses.Take(2, before: 140, handed: 55, after: 140));
        // Counted anew without a word: somebody reset the counters.
        Assert.Equal(0, losses.Take(2, before: 150, handed: 10, after: 150));
        Assert.Equal(15, losses.Total);
    }

    [Fact]
    public void Never_more_is_told_than_was_lost_and_all_of_it_when_the_queue_is_quiet()
    {
        Gen<(int Arrive, int Lose, int Between, bool Drains, bool Reloads)> step = Gen.Select(Gen.Int[0, 500], Gen.Int[0, 100], Gen.Int[0, 300], Gen.Bool, Gen.Frequency((9, Gen.Const(false)), (1, Gen.Const(true))));
        step.Array[1, 30].Sample(steps =>
        {
            var losses = new QueueLosses();
            long received = 0, lost = 0, handed = 0, waiting = 0, told = 0;
            int table = 1;
            foreach ((int arrive, int most, int between, bool drains, bool reloads) in steps)
            {
                // What was handed over by the old table is still to come, and so hides as many losses.
                if (reloads) (table, handed) = (table + 1, 0);
                int lose = Math.Min(most, arrive);
                handed += arrive;
                lost += lose;
                waiting += arrive - lose;
                long at = handed, before = received;
                // Until the queue is seen empty, others come.
                handed += between;
                long? after = null;
                if (drains)
                {
                    received += waiting + between;
                    (waiting, after) = (0, received);
                }
                else
                {
                    waiting += between;
                }
                told += losses.Take(table, before, at, after);
                Assert.InRange(told, 0, lost);
            }
            received += waiting;
            told += losses.Take(table, received, handed, received);
            if (table == 1) Assert.Equal(lost, told);
            Assert.InRange(told, 0, lost);
            Assert.Equal(told, losses.Total);
        });
    }
}
