using System.Net;
using System.Net.Sockets;
using Exeat.Control.Http;
using Exeat.Control.Tests.Gateways;

namespace Exeat.Control.Tests.Http;

/// <summary>What connections of one address, of one certificate and without a handshake may take.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public void One_address_leaves_room_for_others_and_a_handshake_that_is_done_leaves_its_place()
    {
        var places = new ConnectionPlaces(320);
        List<ConnectionPlace> greeting = [], done = [];
        while (places.Enter("192.0.2.1") is { } place) greeting.Add(place);
        Assert.Equal(places.MostGreetingOfAddress, greeting.Count);
        Assert.NotNull(places.Enter("192.0.2.2"));
        while (true)
        {
            foreach (ConnectionPlace place in greeting) Assert.True(place.Greeted(null));
            done.AddRange(greeting);
            greeting.Clear();
            while (places.Enter("192.0.2.1") is { } place) greeting.Add(place);
            if (greeting.Count == 0) break;
        }
        Assert.Equal(places.MostOfAddress, done.Count);
        Assert.NotNull(places.Enter("192.0.2.3"));
        done[0].Dispose();
        done[0].Dispose();
        Assert.NotNull(places.Enter("192.0.2.1"));
        Assert.Null(places.Enter("192.0.2.1"));
    }

    [Fact]
    public void One_certificate_has_so_many_whatever_the_address()
    {
        var places = new ConnectionPlaces(320);
        List<ConnectionPlace> held = [];
        for (int i = 0; i < ConnectionPlaces.MostOfCertificate; i++)
        {
            held.Add(places.Enter($"192.0.2.{i}")!);
            Assert.True(held[^1].Greeted("one"));
        }
        ConnectionPlace late = places.Enter("198.51.100.1")!;
        Assert.False(late.Greeted("one"));
        late.Dispose();
        Assert.True(places.Enter("198.51.100.2")!.Greeted("another"));
        held[0].Dispose();
        Assert.True(places.Enter("198.51.100.3")!.Greeted("one"));
    }

    [Theory, InlineData(0), InlineData(1)]
    public async Task Connections_that_never_say_hello_are_bounded_and_end_nobody(int door)
    {
        await using ControlFixture control = await ControlFixture.StartAsync(handshakeWithin: TimeSpan.FromHours(1));
        using LinkSide gateway = await LinkSide.EnrolAsync(control);
        Assert.Equal("", await gateway.RefusalAsync());
        HttpClient viewer = control.WithRoles("viewer");
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync("api/v1/whoami")).StatusCode);
        // That of 4,096 connections one address may have in their handshake.
        const int Most = 128, More = 20;
        int closed = 0;
        var silent = new List<TcpClient>();
        try
        {
            for (int i = 0; i < Most + More; i++)
            {
                var one = new TcpClient();
                try
                {
                    await one.ConnectAsync(IPAddress.Loopback, control.Host.Addresses[door].Port);
                    silent.Add(one);
                }
                catch (SocketException reset) when (i >= Most && reset.SocketErrorCode == SocketError.ConnectionReset)
                {
                    // Closed before its client knew that it was open.
                    one.Dispose();
                    closed++;
                }
            }
            // Those that are too many are closed by the count: their time is not over.
            Task<int>[] ends = [.. silent.Select(one => EndAsync(one))];
            for (int i = 0; closed + ends.Count(end => end.IsCompleted) < More; i++)
            {
                Assert.True(i < 3000, $"{closed + ends.Count(end => end.IsCompleted)} of {More} were closed");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
            // Who was there goes on, at either door.
            Assert.Equal("", await gateway.RefusalAsync());
            Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync("api/v1/whoami")).StatusCode);
            // The other door has places of its own.
            using var other = new TcpClient();
            await other.ConnectAsync(IPAddress.Loopback, control.Host.Addresses[1 - door].Port);
            Assert.False(await Task.WhenAny(EndAsync(other), Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System)) is Task<int>);
        }
        finally
        {
            foreach (TcpClient one in silent) one.Dispose();
        }
    }

    private static async Task<int> EndAsync(TcpClient one)
    {
        try
        {
            return await one.GetStream().ReadAsync(new byte[1]);
        }
        catch (IOException)
        {
            // Reset.
            return 0;
        }
    }
}
