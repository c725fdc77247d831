using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Dns;

/// <summary>One question of one agent on its way through the resolver; it is judged by one snapshot from head to tail.</summary>
internal sealed class Exchange
{
    public required Peer Peer { get; init; }

    public required Snapshot Snapshot { get; init; }

    /// <summary>Index of the agent in the snapshot; −1 when unknown.</summary>
    public required int Agent { get; init; }

    /// <summary>The agent's key in the binding book; 0 when unknown.</summary>
    public required int Key { get; init; }

    public required AgentShare Share { get; init; }

    /// <summary>The flow of the record, and of the denial id.</summary>
    public required Guid Flow { get; set; }

    /// <summary>What it holds while it waits.</summary>
    public WaitingPlace Place { get; set; }

    /// <summary>The packet, when it waits in the queue and is read when it is called; null when it waits for an upstream.</summary>
    public byte[]? Unread { get; set; }

    /// <summary>How long it waits for its turn; zero: for a place to ask from.</summary>
    public TimeSpan Turn { get; set; }

    /// <summary>Null when it could not be read.</summary>
    public AgentQuestion? Question { get; set; }

    public Judgement Judgement { get; set; }

    /// <summary>What was written already, before the question went out; null when nothing was.</summary>
    public Judgement? Recorded { get; set; }

    /// <summary>The same question, to be judged by another snapshot. The agent is still the one that asked: the caller has compared the keys.</summary>
    public Exchange Under(Snapshot snapshot, int agent) => new()
    {
        Peer = Peer,
        Snapshot = snapshot,
        Agent = agent,
        Key = Key,
        Share = Share,
        Flow = Flow,
        Question = Question,
        Recorded = Recorded,
    };

    public Mode Mode => Snapshot.ModeOf(Agent);

    public string RuleName => Snapshot.Policy.RuleName(Judgement.Decision);

    public ReadOnlySpan<byte> NameBytes => Question is { Name: { } name } ? name.Bytes : default;
}
