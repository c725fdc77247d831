using Exeat.Lab.Tests.Chaos.Load;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>Starts a gateway again whenever it ends, as the units do (<c>Restart=always</c>, <c>RestartSec=200ms</c>), and notes how long nobody judged.</summary>
internal sealed class Supervisor : IAsyncDisposable
{
    private static readonly TimeSpan RestartAfter = TimeSpan.FromMilliseconds(200), Look = TimeSpan.FromMilliseconds(20);

    private readonly LabGateway _gateway;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Outage> _outages = [];
    private readonly Task _run;
    private volatile bool _isHeld;
    private double _outSince = double.NaN;

    public Supervisor(LabGateway gateway)
    {
        _gateway = gateway;
        _run = RunAsync();
    }

    public static double Now => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    public int Restarts { get; private set; }

    /// <summary>Every failed attempt to start it again: what it said.</summary>
    public List<string> Failures { get; } = [];

    public IReadOnlyList<Outage> Outages
    {
        get
        {
            lock (_outages) return double.IsNaN(_outSince) ? [.. _outages] : [.. _outages, new Outage(_outSince, double.MaxValue)];
        }
    }

    /// <summary>Notes that it is about to stop judging; before the fault, so that no moment is missing.</summary>
    public void BeginOutage()
    {
        lock (_outages) _outSince = double.IsNaN(_outSince) ? Now : _outSince;
    }

    /// <summary>Notes that it judges again.</summary>
    public void EndOutage()
    {
        lock (_outages)
        {
            if (double.IsNaN(_outSince)) return;
            _outages.Add(new Outage(_outSince, Now));
            _outSince = double.NaN;
        }
    }

    /// <summary>While held, what ended stays ended: for what a test does meanwhile.</summary>
    public void Hold() => _isHeld = true;

    public void Release() => _isHeld = false;

    /// <summary>Waits until it has been started once more than at a count taken before.</summary>
    public async Task RestartedAsync(int before, TimeSpan within)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (Restarts <= before)
        {
            if (TimeProvider.System.GetElapsedTime(start) > within) Assert.Fail($"it was not started again; it said:\n{_gateway.Process.LastWords()}\n{string.Join('\n', Failures)}");
            await Task.Delay(Look, TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(Look, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested || !_gateway.Process.HasEnded) continue;
            BeginOutage();
            if (_isHeld) continue;
            await Task.Delay(RestartAfter, TimeProvider.System);
            try
            {
                await _gateway.RestartAsync();
                Restarts++;
                EndOutage();
            }
            catch (LabException failed)
            {
                Failures.Add(failed.Message);
            }
        }
    }
}
