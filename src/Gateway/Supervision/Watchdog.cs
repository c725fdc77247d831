using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Supervision;

/// <summary>Feeds the supervisor's watchdog, but only while the parts that agents depend on really answer: a gateway that hangs is killed and started again, and until then nothing new passes.</summary>
/// <param name="notify">Where the sign of life goes.</param>
/// <param name="interval">Within which one must arrive; null: nobody waits for any.</param>
/// <param name="parts">What must answer, by name. Each is asked anew every time.</param>
/// <param name="time">Runs the interval.</param>
/// <param name="log">For the name of the part that does not answer.</param>
internal sealed class Watchdog(NotifySocket notify, TimeSpan? interval, IReadOnlyList<(string Name, Func<CancellationToken, Task<bool>> Answers)> parts, TimeProvider time, ILogger log)
{
    /// <summary>What the supervisor asks of this process (sd_watchdog_enabled(3)).</summary>
    public static TimeSpan? IntervalFromEnvironment() =>
        Interval(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"), Environment.ProcessId);

    internal static TimeSpan? Interval(string? microseconds, string? pid, int own)
    {
        if (pid is { Length: > 0 } && pid != own.ToString(CultureInfo.InvariantCulture)) return null;
        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value > 0 ? TimeSpan.FromMicroseconds(value) : null;
    }

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (interval is not { } whole || !notify.IsPresent) return;
        // A third: one check may fail to be in time without the process being killed for it.
        TimeSpan each = whole / 3;
        using var timer = new PeriodicTimer(each, time);
        try
        {
            do
            {
                if (await CheckAsync(each, stop).ConfigureAwait(false) is { } silent) log.NotAnswering(silent, (long)whole.TotalMilliseconds);
                else notify.Alive();
            }
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>The name of the first part that does not answer in time; null when all do.</summary>
    internal async Task<string?> CheckAsync(TimeSpan within, CancellationToken stop)
    {
        foreach ((string name, Func<CancellationToken, Task<bool>> answers) in parts)
        {
            using var limit = new CancellationTokenSource(within, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            try
            {
                if (!await answers(either.Token).WaitAsync(either.Token).ConfigureAwait(false)) return name;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                return name;
            }
        }
        return null;
    }
}
