namespace Exeat.Control.Export;

/// <summary>Runs one thing again and again while control runs: at once when there is more, else after a rest. What it throws is logged, and the next round tries again.</summary>
/// <param name="name">What it is, for the log.</param>
/// <param name="round">One round; true: there is more.</param>
/// <param name="rest">Between rounds.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where failures go.</param>
internal sealed class Rounds(string name, Func<CancellationToken, Task<bool>> round, TimeSpan rest, TimeProvider time, ILogger<Rounds> log) : BackgroundService
{
    /// <summary>Adds one.</summary>
    public static void Add(IServiceCollection parts, string name, TimeSpan rest, Func<IServiceProvider, Func<CancellationToken, Task<bool>>> round) => parts.AddSingleton<IHostedService>(got =>
        new Rounds(name, round(got), rest, got.GetRequiredService<TimeProvider>(), got.GetRequiredService<ILogger<Rounds>>()));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The listeners come first.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            bool more = false;
            try
            {
                more = await round(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed)
            {
                log.RoundFailed(name, failed);
            }
            if (more) continue;
            try
            {
                await Task.Delay(rest, time, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
