using Exeat.Names;

namespace Exeat.Gateway.Dns;

/// <summary>One agent's share of the resolver: rate, waiting questions, connections and names.</summary>
internal sealed class AgentShare(ResolverLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly NameQuota _names = new(limits, time);
    private double _tokens = limits.QuestionsBurst;
    private long _filled = time.GetTimestamp();
    private int _outstanding;
    private int _connections;

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

    /// <summary>Takes a place among the waiting questions.</summary>
    public bool TryWait() => TryEnter(ref _outstanding, limits.OutstandingPerAgent);

    /// <summary>Gives the place back.</summary>
    public void Waited() => Interlocked.Decrement(ref _outstanding);

    /// <summary>Takes a TCP connection.</summary>
    public bool TryConnect() => TryEnter(ref _connections, limits.ConnectionsPerAgent);

    /// <summary>Gives the connection back.</summary>
    public void Disconnected() => Interlocked.Decrement(ref _connections);

    private static bool TryEnter(ref int count, int max)
    {
        if (Interlocked.Increment(ref count) <= max) return true;
        Interlocked.Decrement(ref count);
        return false;
    }
}
