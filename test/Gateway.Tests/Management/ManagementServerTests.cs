using System.Net;
using System.Net.Sockets;
using System.Text;
using Exeat.Api;
using Exeat.Gateway.Management;
using Exeat.Names;
using Exeat.Policy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Management;

/// <summary>The management side as its clients see it, over a real socket and a real port of loopback.</summary>
public sealed class ManagementServerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-management").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly ushort _port = FreePort();
    private GatewayStatus _status = Statuses.Healthy;
    private Func<GatewayStatus>? _look;
    private Task _running = Task.CompletedTask;

    private string SocketFile => Path.Combine(_folder, "gateway.sock");

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        Directory.Delete(_folder, recursive: true);
        _stop.Dispose();
    }

    [Fact]
    public async Task The_typed_client_reads_what_the_gateway_says()
    {
        using var client = new GatewayClient(SocketFile);
        GatewayStatus read = await client.StatusAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Statuses.Healthy with { Agents = read.Agents, Alarms = read.Alarms }, read);
        Assert.Equal(["coding-1"], read.Agents.Quarantined);
        Assert.Equal(new GatewayHealth(1, true, true, true, true), await client.HealthAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Only_user_and_group_may_open_the_socket()
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(SocketFile));
    }

    [Fact]
    public async Task The_metrics_address_gives_metrics_and_health_and_nothing_else()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/") };
        Assert.Contains("exeat_enforcing 1\n", await http.GetStringAsync("metrics", TestContext.Current.CancellationToken));
        Assert.Equal("alive\n", await http.GetStringAsync("healthz", TestContext.Current.CancellationToken));
        Assert.Equal("ready\n", await http.GetStringAsync("readyz", TestContext.Current.CancellationToken));
        foreach (string path in (string[])["v1/status", "v1/health", "", "metrics/x", "..%2fmetrics"])
            Assert.Equal((path, HttpStatusCode.NotFound), (path, (await http.GetAsync(path, TestContext.Current.CancellationToken)).StatusCode));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await http.DeleteAsync("metrics", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Contains("listener=\"address\"} 9\n", (await http.GetStringAsync("metrics", TestContext.Current.CancellationToken)).Replace("} 10", "} 9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_alive_and_not_ready_while_something_is_not_as_declared()
    {
        _status = _status with { Enforcing = false, Alarms = ["the drop table is gone"] };
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/") };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("readyz", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("healthz", TestContext.Current.CancellationToken)).StatusCode);
        _status = Statuses.Healthy with { Journal = Statuses.Healthy.Journal with { Writable = false } };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("readyz", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task A_failing_look_is_an_answer_and_the_next_one_works()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}/") };
        _look = () => throw new InvalidOperationException("broken");
        Assert.Equal(HttpStatusCode.InternalServerError, (await http.GetAsync("metrics", TestContext.Current.CancellationToken)).StatusCode);
        _look = null;
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("metrics", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("GET /metrics HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /metrics HTTP/3.0\r\nHost: x\r\n\r\n", "505")]
    public async Task What_is_no_plain_question_is_refused(string bytes, string code) =>
        Assert.StartsWith($"HTTP/1.1 {code}", await RawAsync(Encoding.ASCII.GetBytes(bytes)));

    [Fact]
    public async Task HTTP_2_is_not_spoken() => Assert.DoesNotContain("200", await RawAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray()));

    [Fact]
    public async Task Long_lines_and_many_headers_are_refused_within_their_limits()
    {
        Assert.StartsWith("HTTP/1.1 414", await RawAsync(Encoding.ASCII.GetBytes($"GET /{new string('a', 2000)} HTTP/1.1\r\nHost: x\r\n\r\n")));
        string many = string.Concat(Enumerable.Range(0, 40).Select(i => $"a{i}: b\r\n"));
        Assert.StartsWith("HTTP/1.1 431", await RawAsync(Encoding.ASCII.GetBytes($"GET /metrics HTTP/1.1\r\nHost: x\r\n{many}\r\n")));
    }

    [Fact]
    public async Task Half_a_request_does_not_keep_its_place()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _port);
        await socket.SendAsync("GET /healthz HTTP/1.1\r\nHos"u8.ToArray());
        byte[] room = new byte[4096];
        int count = await socket.ReceiveAsync(room).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.StartsWith("HTTP/1.1 408", Encoding.ASCII.GetString(room, 0, count));
        Assert.Equal(0, await socket.ReceiveAsync(room).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task More_connections_than_the_limit_are_closed_and_the_living_go_on()
    {
        List<Socket> open = [];
        try
        {
            for (int i = 0; i < ManagementServer.MaxConnections; i++) open.Add(await AskedAsync("200"));
            open.Add(await AskedAsync(""));
            // Those that were there are still answered, and room that one leaves is another's.
            Assert.StartsWith("HTTP/1.1 200", Ask(open[0]));
            foreach (Socket leaving in open[1..5]) leaving.Dispose();
            string again = "";
            for (int i = 0; i < 100 && again.Length == 0; i++)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
                again = await RawAsync("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            }
            Assert.StartsWith("HTTP/1.1 200", again);
        }
        finally
        {
            foreach (Socket socket in open) socket.Dispose();
        }

        async Task<Socket> AskedAsync(string code)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
            await socket.ConnectAsync(IPAddress.Loopback, _port);
            Assert.StartsWith(code.Length == 0 ? "" : $"HTTP/1.1 {code}", Ask(socket));
            if (code.Length == 0) Assert.Equal("", Ask(socket));
            return socket;
        }

        static string Ask(Socket socket)
        {
            byte[] room = new byte[4096];
            var answer = new StringBuilder();
            try
            {
                socket.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"u8);
                // To its last chunk, which may come by itself: what is left would be taken for the next answer.
                do
                {
                    int count = socket.Receive(room);
                    if (count == 0) break;
                    answer.Append(Encoding.ASCII.GetString(room, 0, count));
                }
                while (!answer.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal));
                return answer.ToString();
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
            {
                return "";
            }
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_and_tried_again_and_harms_nobody()
    {
        var time = new FakeTimeProvider();
        var said = new List<string>();
        using var stop = new CancellationTokenSource();
        var second = new ManagementServer(new GatewayManagement { Metrics = new AddressAndPort(Address.From(IPAddress.Loopback), _port) }, () => _status, () => _status, () => "", time, new Listening(said));
        Task running = second.RunAsync(stop.Token);
        for (int i = 0; i < 200 && said.Count == 0; i++) await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
        Assert.Contains("management is not served, trying again in 30 s", Assert.Single(said));
        Assert.False(running.IsCompleted);
        await _stop.CancelAsync();
        await _running;
        time.Advance(TimeSpan.FromSeconds(30));
        for (int i = 0; i < 200 && said.Count == 1; i++) await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
        Assert.StartsWith("management: served at 127.0.0.1", said[1]);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_stale_socket_is_replaced_and_a_living_one_is_not()
    {
        await _stop.CancelAsync();
        await _running;
        Assert.False(File.Exists(SocketFile), "a gateway that stops in order leaves no socket");
        // A killed process leaves the file behind: so does a socket whose descriptor goes without its name.
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(SocketFile + ".tmp"));
            File.Move(SocketFile + ".tmp", SocketFile);
        }
        Assert.True(File.Exists(SocketFile));
        using (Socket bound = SocketPath.Bind(SocketFile))
        {
            bound.Listen();
            Assert.Contains("another process listens", Assert.Throws<IOException>(() => SocketPath.Bind(SocketFile)).Message);
        }
    }

    private async Task StartAsync()
    {
        var where = new GatewayManagement { Socket = SocketFile, Metrics = new AddressAndPort(Address.From(IPAddress.Loopback), _port) };
        GatewayStatus Look() => _look is { } broken ? broken() : _status;
        var server = new ManagementServer(where, Look, Look, () => $"exeat_enforcing {(Look().Enforcing ? 1 : 0)}\n", TimeProvider.System, NullLogger.Instance);
        _running = server.RunAsync(_stop.Token);
        for (int i = 0; i < 200; i++)
        {
            try
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await probe.ConnectAsync(IPAddress.Loopback, _port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System);
            }
        }
        Assert.Fail("nothing is served");
    }

    private async Task<string> RawAsync(byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
        await socket.ConnectAsync(IPAddress.Loopback, _port);
        await socket.SendAsync(bytes);
        byte[] room = new byte[4096];
        try
        {
            return Encoding.ASCII.GetString(room, 0, socket.Receive(room));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return "";
        }
    }

    private sealed class Listening(List<string> said) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => said.Add(formatter(state, exception));
    }

    private static ushort FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (ushort)((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
