using Microsoft.Extensions.Logging;

namespace Exeat.Link.Connection;

/// <summary>One kind of work that is done again and again over a line that may be down: says once that it does not get through, waits longer each time, and says when it does again.</summary>
internal sealed class Attempts(string work, TimeProvider time, ILogger log)
{
    private readonly Backoff _backoff = new(Random.Shared);
    private volatile string? _problem;

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? Problem => _problem;

    /// <summary>Raised when an attempt fails that control refused, with its word.</summary>
    public event Action<string>? Refused;

    /// <summary>Does it once. False: it failed, and the wait after it is over.</summary>
    public async Task<bool> TryAsync(Func<Task> attempt, CancellationToken stop)
    {
        try
        {
            await attempt().ConfigureAwait(false);
            if (_problem is not null) log.Reached(work);
            _problem = null;
            _backoff.Reset();
            return true;
        }
        catch (Exception failed) when (failed is ControlUnreachable or ControlRefused)
        {
            if (_problem is null) log.Unreachable(work, failed.Message);
            _problem = failed.Message;
            if (failed is ControlRefused refused) Refused?.Invoke(refused.Word);
            await Task.Delay(_backoff.Next(), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }
    }
}
