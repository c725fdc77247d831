using Exeat.Gateway.Judging;
using Exeat.Testing;
using Exeat.Wire;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>The other half of the model: what an honest client wants gets through, in any segments, over ways that lose and reorder.</summary>
public sealed class HonestClientTests
{
    private const int TickMs = 100;
    private static readonly int[] Segments = [100, 536, 1220, 1460, 65_000];

    // Two seconds where nothing is lost; the hello's own time limit else.
    [Theory, InlineData(false, 0, 20), InlineData(true, 0, 20), InlineData(false, 12, 95), InlineData(true, 12, 95)]
    public void An_honest_client_gets_through_at_the_first_attempt(bool v6, int lostInAHundred, int ticks)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            using var world = new World(random, v6);
            Flight hello = Flight.First[seed % 3];
            var client = new HonestClient(world, random, hello, Flight.Second[seed % 2], 40000, Segments[seed % Segments.Length]);
            bool Lost() => random.Next(100) < lostInAHundred;
            int tick = 0;
            for (; tick < ticks && !client.IsDone && !client.IsReset; tick++)
            {
                client.Act();
                world.Settle();
                foreach (byte[] packet in Take(world.ToServers)) if (!Lost()) world.Deliver(packet);
                // The model's server says nothing twice: what it answers with arrives, its acknowledgements may not.
                foreach (byte[] packet in Take(world.ToAgent)) if (HasPayload(packet) || !Lost()) world.FromWorld(packet);
                world.Wait(TimeSpan.FromMilliseconds(TickMs));
            }
            ModelServer? server = world.Find(new FlowKey(PacketBuilder.At(world.Bench.Agent), 40000, PacketBuilder.At(world.Bench.Server), 443, FlowKey.Tcp));
            string what = $"seed {seed}: {hello.Bytes.Length} bytes in segments of {Segments[seed % Segments.Length]}, {tick} ticks";
            Assert.True(world.Wrong is null, $"{what}: {world.Wrong}");
            Assert.True(!client.IsReset, $"{what}: reset, {world.Bench.LastDecision().Reason}");
            Assert.True(client.IsDone && server?.Received == client.Sends, $"{what}: the server has {server?.Received} of {client.Sends} bytes");
            Assert.All(server!.Names, name => Assert.Equal("openclaw.ai", name));
        }
    }

    private static bool HasPayload(byte[] packet) => PacketView.TryRead(packet, out PacketView view) && view.PayloadLength > 0;

    private static byte[][] Take(List<byte[]> packets)
    {
        byte[][] all = [.. packets];
        packets.Clear();
        return all;
    }
}
