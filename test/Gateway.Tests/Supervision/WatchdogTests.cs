using System.Net.Sockets;
using Exeat.Gateway.Supervision;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Supervision;

public sealed class WatchdogTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly string _name = $"@exeat-watchdog-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("15000000", null, 15.0)]
    [InlineData("15000000", "7", 15.0)]
    [InlineData("15000000", "8", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, null, null)]
    public void The_interval_is_the_supervisors_and_for_this_process_only(string? microseconds, string? pid, double? seconds) =>
        Assert.Equal(seconds, Watchdog.Interval(microseconds, pid, own: 7)?.TotalSeconds);

    [Fact]
    public async Task The_part_that_hangs_is_named()
    {
        using var notify = new NotifySocket(null);
        var hangs = new TaskCompletionSource<bool>();
        var watchdog = new Watchdog(notify, Within, [("one", _ => Task.FromResult(true)), ("two", _ => hangs.Task)], _time, NullLogger.Instance);
        Task<string?> check = watchdog.CheckAsync(Within, CancellationToken.None);
        Assert.False(check.IsCompleted);
        _time.Advance(Within);
        Assert.Equal("two", await check);
        hangs.SetResult(true);
        Assert.Null(await watchdog.CheckAsync(Within, CancellationToken.None));
    }

    [Fact]
    public async Task A_part_that_says_no_gives_no_sign_of_life()
    {
        using var supervisor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        supervisor.Bind(new UnixDomainSocketEndPoint('\0' + _name[1..]));
        using var notify = new NotifySocket(_name);
        bool answers = true;
        using var stop = new CancellationTokenSource();
        Task running = new Watchdog(notify, TimeSpan.FromSeconds(15), [("part", _ => Task.FromResult(answers))], _time, NullLogger.Instance).RunAsync(stop.Token);
        Assert.Equal("WATCHDOG=1", NotifySocketTests.Hear(supervisor));
        _time.Advance(Within);
        Assert.Equal("WATCHDOG=1", NotifySocketTests.Hear(supervisor));
        answers = false;
        _time.Advance(Within);
        answers = true;
        _time.Advance(Within);
        Assert.Equal("WATCHDOG=1", NotifySocketTests.Hear(supervisor));
        // Two intervals passed, one sign came: the one in which the part said no is missing.
        Assert.Equal(0, supervisor.Available);
        await stop.CancelAsync();
        await running;
    }
}
