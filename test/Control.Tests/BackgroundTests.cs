using Exeat.Control.Gateways;
using Exeat.Control.Gateways.Fleet;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Control.Tests;

/// <summary>What runs beside requests: whatever one of them fails by is logged, since one that ended would take control with it.</summary>
public sealed class BackgroundTests : IDisposable
{
    private readonly string _folder = ControlFixture.NewFolder();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2027, 1, 4, 9, 0, 0, TimeSpan.Zero));
    private readonly Database _database;

    public BackgroundTests() => _database = Database.At(_folder, _time);

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public Task The_watch_of_gateways_goes_on()
    {
        var log = new Heard<GatewayWatch>();
        // Without a book to look into.
        return GoesOnAsync(new GatewayWatch(null!, new GatewayEvents(_time, NullLogger<GatewayEvents>.Instance), _time, log), log.Told);
    }

    [Fact]
    public Task The_watch_of_windows_and_approvals_goes_on()
    {
        var log = new Heard<PolicyTimes>();
        return GoesOnAsync(new PolicyTimes(null!, null!, new AuditLog(_time), _time, log), log.Told);
    }

    [Fact]
    public Task The_count_of_failed_logins_goes_on()
    {
        var log = new Heard<FailedLogins>();
        var logins = new FailedLogins(_database, null!, _time, log);
        logins.Count("nobody", "192.0.2.1", refused: false);
        return GoesOnAsync(logins, log.Told);
    }

    private async Task GoesOnAsync(BackgroundService service, Task told)
    {
        await service.StartAsync(default);
        for (int i = 0; i < 200 && !told.IsCompleted && service.ExecuteTask!.IsCompleted == false; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Assert.False(service.ExecuteTask!.IsCompleted, $"{service.ExecuteTask.Exception}");
        Assert.True(told.IsCompleted);
        await service.StopAsync(default);
        service.Dispose();
    }

    private sealed class Heard<T> : ILogger<T>
    {
        private readonly TaskCompletionSource _told = new();

        public Task Told => _told.Task;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? error, Func<TState, Exception?, string> text)
        {
            if (level >= LogLevel.Warning) _told.TrySetResult();
        }
    }
}
