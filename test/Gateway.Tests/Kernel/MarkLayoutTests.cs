using Exeat.Gateway.Kernel;

namespace Exeat.Gateway.Tests.Kernel;

public sealed class MarkLayoutTests
{
    [Theory]
    [InlineData(0xffff0000)]
    [InlineData(0x00007fff)]
    [InlineData(0x1fffc000)]
    public void All_bits_lie_under_the_mask_and_none_twice(uint mask)
    {
        var marks = new MarkLayout(mask);
        uint[] bits = [marks.Judged, marks.Stamp, marks.Passed, marks.Queued, marks.Reused, marks.Watched];
        Assert.Equal(bits.Aggregate((a, b) => a | b), bits.Aggregate((a, b) => a ^ b));
        Assert.Equal(0u, bits.Aggregate((a, b) => a | b) & ~mask);
        HashSet<uint> judged = [];
        for (int generation = 1; generation <= MarkLayout.LastGeneration; generation++)
        {
            uint[] states = [marks.Pending(generation), marks.Permitted(generation), marks.Refused(generation)];
            foreach (uint mark in states)
            {
                Assert.Equal(mark & marks.Judged, mark);
                Assert.True(judged.Add(mark));
                Assert.Equal(mark == marks.Permitted(generation), marks.IsPermitted(mark));
            }
        }
        Assert.DoesNotContain(0u, judged);
    }

    [Theory]
    [InlineData(0x00000000)]
    [InlineData(0x00003fff)]
    [InlineData(0xff00ff00)]
    public void A_mask_with_gaps_or_too_few_bits_is_refused(uint mask) => Assert.Throws<ArgumentException>(() => new MarkLayout(mask));

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void Generations_beyond_the_bits_are_refused(int generation) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarkLayout(0xffff0000).Permitted(generation));
}
