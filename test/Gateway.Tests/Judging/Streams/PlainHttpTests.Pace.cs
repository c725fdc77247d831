using Exeat.Gateway.Judging;

namespace Exeat.Gateway.Tests.Judging.Streams;

/// <summary>How much of the verdict thread requests take, however they arrive.</summary>
public sealed partial class PlainHttpTests
{
    // An agent may send each byte by itself: reading a head from its beginning each time would take the square of its length.
    [Theory, InlineData(false), InlineData(true)]
    public void Of_a_head_that_comes_byte_by_byte_each_is_read_once(bool v6)
    {
        using JudgeBench bench = Bench(v6);
        FarSide far = Open(bench);
        byte[] one = Ascii(new string('G', 500) + " / HTTP/1.1\r\nHost: openclaw.ai\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", 300)) + "\r\n"), both = [.. one, .. one];
        FlowEntry entry = bench.Table.Live.Single();
        for (int i = 0; i < both.Length; i++)
        {
            int before = i / one.Length * one.Length, here = i - before;
            far.Send(i, both[i..(i + 1)]);
            if (here < one.Length - 1)
            {
                // A carriage return waits for what comes next.
                if (i > 502) Assert.InRange(entry.Head.Seen, here, here + 1);
                else Assert.Equal(Math.Min(i + 1, 501), entry.FirstLine.Seen);
                Assert.Equal(before, far.Count);
            }
            bench.Wait(5);
        }
        bench.Wait(30);
        far.Look();
        Assert.Equal(both, far.Bytes);
        Assert.DoesNotContain(bench.Records(), e => e.Verdict == "deny");
    }
}
