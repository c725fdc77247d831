using Microsoft.Extensions.Logging;

namespace Exeat.Link.Connection;

/// <summary>One kind of work that is done again and again over a line that may be down: says once that it does not get through, waits longer each time but not when others get through again, and says when it does.</summary>
internal sealed class Attempts(string work, ControlConnection control, TimeProvider time, ILogger log)
{
    private readonly Backoff _backoff = new(Random.Shared);
    private volatile string? _problem;

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? Problem => _problem;

    /// <summary>Raised when an attempt fails that control refused, with its word.</summary>
    public event Action<string>? Refused;

    /// <summary>Raised when an attempt succeeds after one that did not.</summary>
    public event Action? Recovered;

    /// <summary>Does it once. False: it failed, and the wait after it is over.</summary>
    public async Task<bool> TryAsync(Func<Task> attempt, CancellationToken stop)
    {
        // Asked for before the attempt: that the line is back meanwhile is not missed.
        Task back = control.Back;
        try
        {
            await attempt().ConfigureAwait(false);
            bool failed = _problem is not null;
            _problem = null;
            _backoff.Reset();
            if (!failed) return true;
            log.Reached(work);
            control.IsBack();
            Recovered?.Invoke();
            return true;
        }
        catch (Exception broken) when (broken is ControlUnreachable or ControlRefused)
        {
            if (_problem is null) log.Unreachable(work, broken.Message);
            _problem = broken.Message;
            if (broken is ControlRefused refused) Refused?.Invoke(refused.Word);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(Task.Delay(_backoff.Next(), time, either.Token), back).ConfigureAwait(false);
            await either.CancelAsync().ConfigureAwait(false);
            return false;
        }
    }
}
