using System.Collections.Immutable;
using Exeat.Flows;

namespace Exeat.Store;

/// <summary>Hands each event to whoever follows, as it comes in. Nobody is waited for: who is too slow is told how many lines it lost.</summary>
internal sealed class LiveTail
{
    /// <summary>One person's window, or one forwarder: more at once than that are refused.</summary>
    public const int MostSubscribers = 256;

    private readonly Lock _lock = new();
    private ImmutableArray<LiveSubscriber> _subscribers = [];
    private bool _isComplete;
    private long _lost;

    public long Lost => Interlocked.Read(ref _lost);

    public LiveSubscriber Subscribe(FlowFilter filter)
    {
        var made = new LiveSubscriber(new TailFilter(filter));
        lock (_lock)
        {
            if (_subscribers.Length >= MostSubscribers) throw new StoreException($"flow store: {MostSubscribers} follow already; end one of them first");
            _subscribers = _subscribers.Add(made);
            if (_isComplete) made.Complete();
        }
        return made;
    }

    public void Unsubscribe(LiveSubscriber subscriber)
    {
        lock (_lock) _subscribers = _subscribers.Remove(subscriber);
    }

    public void Tell(string gateway, FlowEvent read, ReadOnlyMemory<byte> line)
    {
        byte[]? copy = null;
        foreach (LiveSubscriber subscriber in _subscribers)
            if (!subscriber.Tell(gateway, read, line, ref copy)) Interlocked.Increment(ref _lost);
    }

    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            foreach (LiveSubscriber subscriber in _subscribers) subscriber.Complete();
        }
    }
}
