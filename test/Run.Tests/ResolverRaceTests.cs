using System.Net;
using System.Net.Sockets;
using Exeat.Linux;
using Exeat.Run.Network;

namespace Exeat.Run.Tests;

/// <summary>Whom a run asks when the first of the machine's resolvers is silent or refuses.</summary>
public sealed class ResolverRaceTests : IDisposable
{
    private const byte ServerFailure = 2, NameError = 3, Refused = 5;

    private static readonly byte[] Question = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1];

    private readonly CancellationTokenSource _stop = new(TimeSpan.FromSeconds(20));
    private readonly List<Socket> _sockets = [];

    public ResolverRaceTests()
    {
        if (Environment.GetEnvironmentVariable("EXEAT_TEST_NAMESPACE") == "1") new IpBatch().Up("lo").Run();
    }

    [Theory, InlineData("127.0.0.1"), InlineData("::1")]
    public async Task The_first_is_asked_alone_when_it_answers(string address)
    {
        Resolver first = Listen(address, 0), second = Listen(address, 0);
        Assert.Equal(first.Mark, await MarkAsync(new ResolverRace(), first, second));
        Assert.Equal((1, 0), (first.Asked, second.Asked));
    }

    [Theory, InlineData("127.0.0.1"), InlineData("::1")]
    public async Task A_silent_one_is_passed_over_at_once_from_then_on_until_it_answers_again(string address)
    {
        Resolver silent = Listen(address, null), second = Listen(address, 0);
        var race = new ResolverRace();
        Assert.Equal(second.Mark, await MarkAsync(race, silent, second));
        await Task.Delay(1.2 * ResolverRace.Patience, TimeProvider.System);
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < 20; i++) Assert.Equal(second.Mark, await MarkAsync(race, silent, second));
        // With a turn for each of them it would be ten seconds.
        Assert.True(TimeProvider.System.GetElapsedTime(start) < 15 * ResolverRace.Turn);
        Assert.Equal(21, silent.Asked);
        silent.Code = 0;
        second.Code = null;
        Assert.Equal(silent.Mark, await MarkAsync(race, silent, second));
        second.Code = 0;
        Assert.Equal(silent.Mark, await MarkAsync(race, silent, second));
    }

    // Behind a VPN the first knows names that the second does not.
    [Fact]
    public async Task One_that_is_only_slow_is_believed_before_another_that_knows_no_such_name_and_stays_the_first()
    {
        Resolver slow = Listen("127.0.0.1", 0), second = Listen("127.0.0.1", NameError);
        slow.After = 1.4 * ResolverRace.Turn;
        var race = new ResolverRace();
        for (int i = 0; i < 3; i++) Assert.Equal(slow.Mark, await MarkAsync(race, slow, second));
        slow.After = TimeSpan.Zero;
        Assert.Equal(slow.Mark, await MarkAsync(race, slow, second));
        Assert.Equal(3, second.Asked);
        // One that says nothing at all is not waited for longer than the gateway waits.
        slow.Code = null;
        Assert.Equal(second.Mark, await MarkAsync(race, slow, second));
    }

    [Theory, InlineData(ServerFailure), InlineData(Refused)]
    public async Task What_one_refuses_another_answers(byte code)
    {
        Resolver refuses = Listen("127.0.0.1", code), second = Listen("127.0.0.1", 0);
        Assert.Equal(second.Mark, await MarkAsync(new ResolverRace(), refuses, second));
        // Nobody has more to say: then the refusal is the answer.
        Assert.Equal(refuses.Mark, await MarkAsync(new ResolverRace(), refuses, Listen("127.0.0.1", null)));
    }

    [Fact]
    public async Task That_a_name_does_not_exist_is_an_answer()
    {
        Resolver knows = Listen("127.0.0.1", NameError), second = Listen("127.0.0.1", 0);
        Assert.Equal(knows.Mark, await MarkAsync(new ResolverRace(), knows, second));
        Assert.Equal(0, second.Asked);
    }

    [Fact]
    public async Task Nobody_there_is_no_answer()
    {
        Resolver gone = Listen("127.0.0.1", 0);
        gone.Socket.Dispose();
        Assert.Null(await MarkAsync(new ResolverRace(), gone, Listen("127.0.0.1", null)));
        Assert.Null(await new ResolverRace().AskAsync([], Question, _stop.Token));
    }

    [Fact]
    public async Task What_answers_another_question_is_not_taken()
    {
        Resolver confused = Listen("127.0.0.1", 0);
        confused.AlsoSends = [0x99, 0x99, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
        Assert.Equal(confused.Mark, await MarkAsync(new ResolverRace(), confused));
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (Socket socket in _sockets) socket.Dispose();
        _stop.Dispose();
    }

    private async Task<byte?> MarkAsync(ResolverRace race, params Resolver[] resolvers) =>
        (await race.AskAsync([.. resolvers.Select(r => r.EndPoint)], Question, _stop.Token))?[^1];

    private Resolver Listen(string address, byte? code)
    {
        var socket = new Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _sockets.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        var resolver = new Resolver(socket, (byte)_sockets.Count) { Code = code };
        _ = resolver.ServeAsync(_stop.Token);
        return resolver;
    }

    private sealed class Resolver(Socket socket, byte mark)
    {
        private int _asked;

        public Socket Socket => socket;

        public IPEndPoint EndPoint { get; } = (IPEndPoint)socket.LocalEndPoint!;

        /// <summary>The last byte of its answers.</summary>
        public byte Mark => mark;

        /// <summary>The response code; null is silence.</summary>
        public byte? Code { get; set; }

        public byte[]? AlsoSends { get; set; }

        /// <summary>How long an answer takes.</summary>
        public TimeSpan After { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public async Task ServeAsync(CancellationToken stop)
        {
            byte[] buffer = new byte[512];
            try
            {
                while (true)
                {
                    SocketReceiveFromResult read = await socket.ReceiveFromAsync(buffer, SocketFlags.None, EndPoint, stop);
                    Interlocked.Increment(ref _asked);
                    if (AlsoSends is { } other) await socket.SendToAsync(other, SocketFlags.None, read.RemoteEndPoint, stop);
                    if (Code is not { } code) continue;
                    byte[] answer = [.. buffer[..read.ReceivedBytes], mark];
                    (answer[2], answer[3]) = (0x80, code);
                    if (After > TimeSpan.Zero) await Task.Delay(After, TimeProvider.System, stop);
                    await socket.SendToAsync(answer, SocketFlags.None, read.RemoteEndPoint, stop);
                }
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // The test is over.
            }
        }
    }
}
