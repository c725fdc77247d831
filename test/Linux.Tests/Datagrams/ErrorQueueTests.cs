using System.Net;
using System.Net.Sockets;

namespace Exeat.Linux.Tests.Datagrams;

public sealed class ErrorQueueTests
{
    // cmsghdr (48 bytes, IPPROTO_IP, IP_RECVERR), sock_extended_err (EHOSTUNREACH, ICMP, type 3, code 13), sockaddr_in 192.0.2.1: as the kernel wrote it for a refused datagram.
    private static readonly byte[] Prohibited4 =
    [
        48, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11, 0, 0, 0,
        113, 0, 0, 0, 2, 3, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        2, 0, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    // The same over IPv6: EACCES, ICMPv6 type 1 code 1, sockaddr_in6 2001:db8::1.
    private static readonly byte[] Prohibited6 =
    [
        60, 0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0, 25, 0, 0, 0,
        13, 0, 0, 0, 3, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        10, 0, 0, 0, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
    ];

    [Fact]
    public void Who_refused_and_how_is_read_in_both_families()
    {
        QueuedError four = ErrorQueue.Read(Prohibited4)!, six = ErrorQueue.Read(Prohibited6)!;
        Assert.Equal((4, true, false, IPAddress.Parse("192.0.2.1")), (four.Version, four.IsProhibition, four.IsPortUnreachable, four.Sender));
        Assert.Equal((6, true, false, IPAddress.Parse("2001:db8::1")), (six.Version, six.IsProhibition, six.IsPortUnreachable, six.Sender));
        Assert.True((four with { Code = 3 }).IsPortUnreachable);
        Assert.True((six with { Code = 4 }).IsPortUnreachable);
        Assert.False((four with { Code = 1 }).IsProhibition);
    }

    [Fact]
    public void No_truncation_and_no_other_message_is_taken_for_an_error()
    {
        foreach (byte[] whole in (byte[][])[Prohibited4, Prohibited6])
        {
            for (int length = 0; length < whole.Length; length++) Assert.Null(ErrorQueue.Read(whole.AsSpan(0, length)));
            // Another control message before it is passed over.
            byte[] behind = [20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 29, 0, 0, 0, 7, 7, 7, 7, 0, 0, 0, 0, .. whole];
            Assert.NotNull(ErrorQueue.Read(behind));
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task A_closed_port_of_this_machine_says_so_itself(string address)
    {
        // The namespace that the test script makes begins with its loopback down.
        if (Environment.GetEnvironmentVariable("EXEAT_TEST_NAMESPACE") == "1") new IpBatch().Up("lo").Run();
        IPAddress here = IPAddress.Parse(address);
        // One that nobody is given by chance: another test's socket would take what is sent and say nothing.
        var to = new IPEndPoint(here, 1);
        using var socket = new Socket(here.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        ErrorQueue.Open(socket);
        await socket.ConnectAsync(to, TestContext.Current.CancellationToken);
        Assert.Null(ErrorQueue.Take(socket));
        await socket.SendAsync("x"u8.ToArray());
        await Assert.ThrowsAsync<SocketException>(() => socket.ReceiveAsync(new byte[8], SocketFlags.None).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken));
        QueuedError? told = ErrorQueue.Take(socket);
        Assert.True(told is { IsPortUnreachable: true });
        Assert.Equal(here, told.Sender);
    }
}
