namespace Exeat.Gateway.Dns;

/// <summary>The places of questions that wait: of each agent for an upstream and in the queue before it, and of all agents together.</summary>
internal sealed class WaitingPlaces(ResolverLimits limits)
{
    private int _taken;

    /// <summary>Takes a place to ask from, or one in the queue when there is none; what is in the queue already moves up, or stays. False: there is neither.</summary>
    public bool TryEnter(Exchange exchange)
    {
        AgentShare share = exchange.Share;
        if (exchange.Place == WaitingPlace.Upstream) return true;
        if (exchange.Place == WaitingPlace.Queue)
        {
            if (share.TryAsk()) MovedUp(exchange);
            return true;
        }
        if (!TryTake(share)) return false;
        if (share.TryAsk()) exchange.Place = WaitingPlace.Upstream;
        else if (share.TryQueue()) exchange.Place = WaitingPlace.Queue;
        else Interlocked.Decrement(ref _taken);
        return exchange.Place != WaitingPlace.None;
    }

    /// <summary>Takes a place in the queue.</summary>
    public bool TryQueue(Exchange exchange)
    {
        if (!TryTake(exchange.Share)) return false;
        if (exchange.Share.TryQueue()) exchange.Place = WaitingPlace.Queue;
        else Interlocked.Decrement(ref _taken);
        return exchange.Place != WaitingPlace.None;
    }

    /// <summary>Waits in the queue for a place to ask from. False: none became free in time.</summary>
    public async Task<bool> MoveUpAsync(Exchange exchange, CancellationToken stop)
    {
        if (!await exchange.Share.AskAsync(stop)) return false;
        MovedUp(exchange);
        return true;
    }

    /// <summary>What it held is free again.</summary>
    public void Leave(Exchange exchange)
    {
        if (exchange.Place == WaitingPlace.None) return;
        if (exchange.Place == WaitingPlace.Queue) exchange.Share.Dequeued();
        else exchange.Share.Asked();
        exchange.Place = WaitingPlace.None;
        Interlocked.Decrement(ref _taken);
    }

    private static void MovedUp(Exchange exchange)
    {
        exchange.Share.Dequeued();
        exchange.Place = WaitingPlace.Upstream;
    }

    private bool TryTake(AgentShare share)
    {
        int taken = Interlocked.Increment(ref _taken);
        if (taken <= limits.Outstanding && (taken <= limits.Outstanding / 2 || share.Waiting < limits.LeastShare)) return true;
        Interlocked.Decrement(ref _taken);
        return false;
    }
}
