using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>One agent's share of the resolver: rate, waiting questions, connections and names.</summary>
internal sealed class AgentShare(ResolverLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly NameQuota _names = new(limits, time);
    private readonly LinkedList<TaskCompletionSource> _line = new();
    private double _tokens = limits.QuestionsBurst;
    private long _filled = time.GetTimestamp();
    private int _asking;
    private int _queued;
    private int _connections;

    /// <summary>Questions that wait, for an upstream or in the queue.</summary>
    public int Waiting
    {
        get { lock (_gate) return _asking + _queued; }
    }

    /// <summary>Takes one question from the rate (a token bucket). One that comes too early is told how long it has to wait for its turn; one whose turn would be too far is not taken.</summary>
    public bool TryTakeQuestion(out TimeSpan turn)
    {
        turn = TimeSpan.Zero;
        lock (_gate)
        {
            long now = time.GetTimestamp();
            _tokens = Math.Min(limits.QuestionsBurst, _tokens + time.GetElapsedTime(_filled, now).TotalSeconds * limits.QuestionsPerSecond);
            _filled = now;
            double wait = (1 - _tokens) / limits.QuestionsPerSecond;
            if (wait > limits.LongestTurn.TotalSeconds) return false;
            if (wait > 0) turn = TimeSpan.FromSeconds(wait);
            _tokens--;
            return true;
        }
    }

    /// <summary>Takes a name that is about to go upstream.</summary>
    public bool TryTakeName(DomainName name)
    {
        lock (_gate) return _names.TryTake(name);
    }

    /// <summary>Takes a place among the questions that wait for an upstream. Nobody overtakes those who stand in line for one.</summary>
    public bool TryAsk()
    {
        lock (_gate)
        {
            if (_asking >= limits.OutstandingPerAgent || _line.Count > 0) return false;
            _asking++;
            return true;
        }
    }

    /// <summary>Gives the place to the first in line, or back.</summary>
    public void Asked()
    {
        lock (_gate)
        {
            if (_line.First is { } first)
            {
                _line.RemoveFirst();
                first.Value.SetResult();
            }
            else
            {
                _asking--;
            }
        }
    }

    /// <summary>Takes a place in the queue.</summary>
    public bool TryQueue()
    {
        lock (_gate)
        {
            if (_queued >= limits.QueuedPerAgent) return false;
            _queued++;
            return true;
        }
    }

    /// <summary>Leaves the queue.</summary>
    public void Dequeued()
    {
        lock (_gate) _queued--;
    }

    /// <summary>Stands in line for a place of those that <see cref="TryAsk"/> takes. False: none became free in time.</summary>
    public async Task<bool> AskAsync(CancellationToken stop)
    {
        LinkedListNode<TaskCompletionSource> mine = new(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            if (_asking < limits.OutstandingPerAgent && _line.Count == 0)
            {
                _asking++;
                return true;
            }
            _line.AddLast(mine);
        }
        await mine.Value.Task.WaitAsync(limits.LongestWait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool isCalled;
        lock (_gate)
        {
            // Out of the line it was called, at the last moment perhaps.
            isCalled = mine.List is null;
            if (!isCalled) _line.Remove(mine);
        }
        if (!stop.IsCancellationRequested) return isCalled;
        if (isCalled) Asked();
        throw new OperationCanceledException(stop);
    }

    /// <summary>Takes a TCP connection.</summary>
    public bool TryConnect()
    {
        if (Interlocked.Increment(ref _connections) <= limits.ConnectionsPerAgent) return true;
        Disconnected();
        return false;
    }

    /// <summary>Gives the connection back.</summary>
    public void Disconnected() => Interlocked.Decrement(ref _connections);
}
