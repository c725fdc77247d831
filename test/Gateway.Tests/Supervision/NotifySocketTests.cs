using System.Net.Sockets;
using System.Text;
using Exeat.Gateway.Supervision;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Supervision;

/// <summary>What a supervisor hears, from a socket as it would have one.</summary>
public sealed class NotifySocketTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-notify").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, InlineData(false), InlineData(true)]
    public void Readiness_reload_life_and_stop_arrive_in_the_protocols_words(bool isAbstract)
    {
        string name = isAbstract ? $"@exeat-notify-{Guid.NewGuid():n}" : Path.Combine(_folder, "notify");
        using var supervisor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        supervisor.Bind(new UnixDomainSocketEndPoint(isAbstract ? '\0' + name[1..] : name));
        using var notify = new NotifySocket(name);
        Assert.True(notify.IsPresent);

        notify.Ready("enforcing\npolicy");
        Assert.Equal("READY=1\nSTATUS=enforcing policy", Hear(supervisor));
        var time = new FakeTimeProvider();
        notify.Reloading(time);
        Assert.Equal($"RELOADING=1\nMONOTONIC_USEC={time.GetTimestamp() / 10}\nSTATUS=reading documents again", Hear(supervisor));
        notify.Alive();
        Assert.Equal("WATCHDOG=1", Hear(supervisor));
        notify.Stopping();
        Assert.StartsWith("STOPPING=1\n", Hear(supervisor));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("vsock:1:2")]
    public void Without_a_supervisor_nothing_is_said(string? path)
    {
        using var notify = new NotifySocket(path);
        Assert.False(notify.IsPresent);
        notify.Alive();
    }

    [Fact]
    public void A_supervisor_that_is_gone_is_no_fault_of_ours()
    {
        using var notify = new NotifySocket(Path.Combine(_folder, "nobody"));
        notify.Ready("x");
    }

    internal static string Hear(Socket socket)
    {
        byte[] room = new byte[4096];
        socket.ReceiveTimeout = 5000;
        return Encoding.UTF8.GetString(room, 0, socket.Receive(room));
    }
}
