using Exeat.Link.Connection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Link.Tests;

/// <summary>Several kinds of work over one line: what waits after many failures goes on when another gets through again.</summary>
public sealed class AttemptsTests
{
    [Fact]
    public async Task What_waits_goes_on_when_another_gets_through_again()
    {
        await using FakeControl fake = await FakeControl.StartAsync();
        var time = new FakeTimeProvider();
        using var control = new ControlConnection(fake.Address, fake.AuthorityCertificate, null, time);
        Attempts policy = new("the question for policy", control, time, NullLogger.Instance), report = new("the report", control, time, NullLogger.Instance);
        CancellationToken stop = TestContext.Current.CancellationToken;
        // Control is away: both wait longer each time.
        for (int i = 0; i < 8; i++)
        {
            Task<bool> failed = policy.TryAsync(() => throw new ControlUnreachable("away"), stop);
            Assert.False(failed.IsCompleted);
            time.Advance(TimeSpan.FromMinutes(1));
            Assert.False(await failed);
        }
        Task<bool> alsoFailed = report.TryAsync(() => throw new ControlUnreachable("away"), stop);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await alsoFailed);

        Task<bool> waits = policy.TryAsync(() => throw new ControlUnreachable("away"), stop);
        Assert.False(waits.IsCompleted);
        Assert.True(await report.TryAsync(() => Task.CompletedTask, stop));
        Assert.False(await waits.WaitAsync(TimeSpan.FromSeconds(20), stop));
        // What only goes on as it did ends no wait.
        waits = policy.TryAsync(() => throw new ControlUnreachable("its own reason"), stop);
        Assert.True(await report.TryAsync(() => Task.CompletedTask, stop));
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, stop);
        Assert.False(waits.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await waits);
    }
}
