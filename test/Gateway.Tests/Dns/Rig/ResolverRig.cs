using System.Net;
using System.Net.Sockets;
using System.Text;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire.Dns;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>The whole resolver on loopback: agents are 127.0.0.1 and ::1 ("coder") and 127.0.0.2 ("other"), the resolvers they mean 192.0.2.53 and 2001:db8::53, the upstreams fakes.</summary>
internal sealed class ResolverRig : IAsyncDisposable
{
    public const string Intercept = "192.0.2.53";
    public const string Intercept6 = "2001:db8::53";

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private ResolverRig(string policy, ResolverLimits limits, BindingLimits bindings, IPEndPoint[] before, TimeProvider time, Func<Address, bool> own)
    {
        Book = new BindingBook(bindings, time);
        Snapshot = TestPolicy.Compile(policy);
        Resolver = new PolicyResolver(
            new ResolverOptions { Intercepts = [Parse(Intercept), Parse(Intercept6)], Upstreams = [.. before, Upstream.EndPoint], Limits = limits, IsOwnAddress = own },
            () => Snapshot, Book, Sink, time, NullLogger.Instance);
        Resolver.Start();
        _running = Resolver.RunAsync(_stop.Token);
    }

    public static ResolverLimits QuickLimits { get; } = new() { AttemptTimeout = TimeSpan.FromMilliseconds(250), AttemptsPerUpstream = 1 };

    public FakeUpstream Upstream { get; } = new();

    public BindingBook Book { get; }

    public RecordingSink Sink { get; } = new();

    public PolicyResolver Resolver { get; }

    public Snapshot Snapshot { get; set; }

    public static ResolverRig Start(
        string policy, ResolverLimits? limits = null, BindingLimits? bindings = null, IPEndPoint[]? before = null, TimeProvider? time = null, Func<Address, bool>? own = null) =>
        new(policy, limits ?? QuickLimits, bindings ?? new BindingLimits(), before ?? [], time ?? TimeProvider.System, own ?? (_ => false));

    public static Address Parse(string text) => Address.TryParse(text, out Address address) ? address : throw new FormatException(text);

    public string[] Bound(string agent, string address) => [.. Book.Names(agent, Parse(address)).Select(n => n.Text)];

    public IPEndPoint EndPoint(IPAddress local, bool second = false) => new(local, Resolver.Listeners[second ? 1 : 0].Port);

    /// <summary>Asks over UDP and waits for the answer.</summary>
    public Task<AgentReply> AskAsync(string name, DnsType type = DnsType.A, string from = "127.0.0.1", int? edns = 1232, bool second = false) =>
        SendAsync(Question(name, type, edns), from, second);

    /// <summary>Sends these bytes over UDP and waits for an answer.</summary>
    public async Task<AgentReply> SendAsync(byte[] packet, string from = "127.0.0.1", bool second = false)
    {
        using Socket socket = Client(from);
        await socket.SendToAsync(packet, EndPoint(IPAddress.Parse(from == "::1" ? "::1" : "127.0.0.1"), second));
        byte[] room = new byte[65535];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        int length = await socket.ReceiveAsync(room, SocketFlags.None, patience.Token);
        return new AgentReply(room[..length]);
    }

    public static Socket Client(string from, ProtocolType protocol = ProtocolType.Udp)
    {
        IPAddress address = IPAddress.Parse(from);
        var socket = new Socket(address.AddressFamily, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    public static byte[] Question(string name, DnsType type = DnsType.A, int? edns = 1232, ushort id = 0x4242, ushort flags = DnsHeader.RecursionDesired, ushort class_ = 1)
    {
        byte[] room = new byte[1024];
        var writer = new DnsMessageWriter(room, id, flags);
        Assert.True(writer.TryWriteQuestion(Encoding.ASCII.GetBytes(name), type, class_));
        if (edns is { } size) Assert.True(writer.TryWriteEdns((ushort)size, 0, default));
        return writer.Message.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Resolver.DisposeAsync();
        await Upstream.DisposeAsync();
        _stop.Dispose();
    }
}
