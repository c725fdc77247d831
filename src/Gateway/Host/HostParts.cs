using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>What a gateway owns and runs: threads, tasks and things to let go of. A part that fails stops all: the kernel then drops what is new, and keeps what is permitted.</summary>
internal sealed class HostParts(ILogger log) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IDisposable> _owned = [];
    private readonly List<Thread> _threads = [];
    private string? _failure;

    public CancellationToken Stopping => _stop.Token;

    public void RequestStop() => _stop.Cancel();

    /// <summary>Lets go of the part at the end, in the reverse order.</summary>
    public T Own<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    /// <summary>Runs a part on a thread of its own.</summary>
    public void Start(string name, Action<CancellationToken> run)
    {
        var thread = new Thread(() =>
        {
            try
            {
                run(_stop.Token);
            }
            catch (Exception failure)
            {
                Fail(name, failure);
            }
        })
        { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>Waits for a part that runs as a task.</summary>
    public async Task GuardAsync(string name, Task part)
    {
        try
        {
            await part.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            Fail(name, failure);
        }
    }

    /// <summary>Waits until every thread has left.</summary>
    public async Task JoinAsync()
    {
        // We may still be inside Cancel(), on whose stack the other threads have yet to be woken: joining them here would wait for their time-outs.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        foreach (Thread thread in _threads) thread.Join();
    }

    /// <exception cref="GatewayFailure">A part had failed: the first one that did.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is not null) throw new GatewayFailure(4, _failure);
    }

    public void Dispose()
    {
        _stop.Cancel();
        // The kernel writes into the buffers of queue and events: their threads leave first.
        foreach (Thread thread in _threads) thread.Join();
        foreach (IDisposable part in Enumerable.Reverse(_owned)) part.Dispose();
        _stop.Dispose();
    }

    private void Fail(string name, Exception failure)
    {
        _failure ??= $"{name}: {failure.Message}";
        log.Failed(name, failure.ToString());
        _stop.Cancel();
    }
}
