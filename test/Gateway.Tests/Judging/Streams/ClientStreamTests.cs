using CsCheck;
using Exeat.Gateway.Judging;

namespace Exeat.Gateway.Tests.Judging.Streams;

/// <summary>The kept bytes of a stream, against a map from place to byte.</summary>
public sealed class ClientStreamTests
{
    private enum Step
    {
        Place,
        Approve,
        Acknowledge,
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_it_keeps_what_a_map_of_bytes_would_keep() =>
        Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 199], Gen.Int[1, 40], Gen.Int[0, 30]).Array[1, 60].Sample(steps =>
        {
            var stream = new ClientStream();
            stream.Change(new byte[256]);
            var map = new Dictionary<uint, byte>();
            uint start = 0, approved = 0;
            foreach ((Step step, int at, int length, int odd) in steps)
            {
                uint here = start;
                while (map.ContainsKey(here)) here++;
                switch (step)
                {
                    case Step.Place when stream.Fits(at + length):
                        byte[] bytes = [.. Enumerable.Range(at, length).Select(i => (byte)(start + i + (odd == 0 ? 1 : 0)))];
                        bool agrees = !Enumerable.Range(0, length).Any(i => map.TryGetValue(start + (uint)(at + i), out byte known) && known != bytes[i]);
                        bool isKnown = Enumerable.Range(0, length).All(i => map.ContainsKey(start + (uint)(at + i)));
                        Assert.Equal(!agrees ? Placed.Conflict : isKnown ? Placed.Known : Placed.Fresh, stream.Place(at, bytes));
                        if (agrees)
                        {
                            for (int i = 0; i < length; i++) map[start + (uint)(at + i)] = bytes[i];
                        }
                        break;
                    case Step.Approve:
                        approved = Math.Max(approved, start + (uint)(at % ((int)(here - start) + 1)));
                        stream.Approve((int)(approved - start));
                        break;
                    case Step.Acknowledge:
                        int take = at % ((int)(approved - start) + 1);
                        stream.Acknowledge(take);
                        for (uint i = start; i < start + take; i++) map.Remove(i);
                        start += (uint)take;
                        break;
                }
                here = start;
                while (map.ContainsKey(here)) here++;
                Assert.Equal((start, (int)(approved - start), (int)(here - start)), (stream.Start, stream.Approved, stream.Here));
                Assert.Equal(map.Count == here - start && here == approved, stream.IsSettled);
                Assert.Equal([.. Enumerable.Range(0, stream.Here).Select(i => map[start + (uint)i])], stream.Bytes(0, stream.Here).ToArray());
            }
        }, iter: 5000);

    [Fact]
    public void Too_many_gaps_are_not_remembered_and_nothing_is_lost_that_was_kept()
    {
        var stream = new ClientStream();
        stream.Change(new byte[4096]);
        for (int i = 0; i < ClientStream.MostPieces; i++) Assert.Equal(Placed.Fresh, stream.Place(1 + 2 * i, [7]));
        Assert.Equal(Placed.Scattered, stream.Place(4000, [7]));
        for (int i = 0; i < ClientStream.MostPieces; i++) Assert.Equal(Placed.Fresh, stream.Place(2 * i, [6]));
        Assert.Equal(2 * ClientStream.MostPieces, stream.Here);
    }

    [Fact]
    public void A_larger_buffer_keeps_the_pieces()
    {
        var stream = new ClientStream();
        stream.Change(new byte[16]);
        stream.Place(0, [1, 2, 3]);
        stream.Place(8, [9, 10]);
        stream.Approve(2);
        stream.Acknowledge(2);
        Assert.Equal(16, stream.Change(new byte[64]).Length);
        Assert.Equal(Placed.Fresh, stream.Place(1, [4, 5, 6, 7, 8]));
        Assert.Equal([3, 4, 5, 6, 7, 8, 9, 10], stream.Bytes(0, stream.Here).ToArray());
    }
}
