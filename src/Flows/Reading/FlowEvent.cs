namespace Exeat.Flows;

/// <summary>One journal line as it was read. Words stay text, so that a value newer than this reader is shown rather than lost; null is "not in the line".</summary>
public sealed record FlowEvent
{
    /// <summary>No line is longer: 32 names of 253 bytes, one of them raw bytes that are all escaped, an agent's labels (4,096 characters, all escaped) and the rest are about 24 KiB. Whoever takes lines from elsewhere refuses longer ones.</summary>
    public const int MaxLineBytes = 64 << 10;

    /// <summary>The line itself, without its end.</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary><c>gateway/epoch/sequence</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The flow's UUID; null in the journal's notes about itself.</summary>
    public string? Flow { get; init; }

    /// <summary><c>decision</c>, <c>update</c>, <c>end</c> or <c>counted</c>.</summary>
    public required string Event { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Which gateway wrote it.</summary>
    public string? Gateway { get; init; }

    /// <summary>The agent's id.</summary>
    public string? Agent { get; init; }

    /// <summary>The agent's class.</summary>
    public string? Class { get; init; }

    /// <summary>The agent's labels.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    /// <summary>Source address.</summary>
    public string? Source { get; init; }

    /// <summary>Source port.</summary>
    public int SourcePort { get; init; }

    /// <summary>Destination address.</summary>
    public string? Destination { get; init; }

    /// <summary><c>tcp</c>, <c>udp</c>, <c>icmp</c>, <c>icmpv6</c> or a number.</summary>
    public string? Protocol { get; init; }

    /// <summary>Destination port.</summary>
    public int Port { get; init; }

    /// <summary>The names, and where each was seen.</summary>
    public IReadOnlyList<FlowName> Names { get; init; } = [];

    /// <summary>How many more names there were.</summary>
    public int NamesOmitted { get; init; }

    /// <summary>How far the name that decided is proven.</summary>
    public string? Proof { get; init; }

    /// <summary>What the proof does not cover; null: nothing is known.</summary>
    public string? Caveat { get; init; }

    /// <summary>When policy was asked.</summary>
    public string? Stage { get; init; }

    /// <summary>The deciding rule.</summary>
    public string? Rule { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>The policy's decision: <c>permit</c> or <c>deny</c>.</summary>
    public string? Verdict { get; init; }

    /// <summary><c>monitor</c> or <c>enforce</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether the verdict was applied.</summary>
    public bool? Enforced { get; init; }

    /// <summary>What enforce, or a monitor rule, would have done.</summary>
    public FlowOutcome? Would { get; init; }

    /// <summary>A monitor rule's would-be verdict beside <see cref="Would"/>.</summary>
    public FlowOutcome? Monitored { get; init; }

    /// <summary>The denial id.</summary>
    public string? Denial { get; init; }

    /// <summary>Policy version.</summary>
    public string? Policy { get; init; }

    /// <summary>Hash of the agents document.</summary>
    public string? AgentsHash { get; init; }

    /// <summary>Policy generation.</summary>
    public long Generation { get; init; }

    /// <summary>Bytes from the agent.</summary>
    public long BytesOut { get; init; }

    /// <summary>Bytes to the agent.</summary>
    public long BytesIn { get; init; }

    /// <summary>Packets from the agent.</summary>
    public long PacketsOut { get; init; }

    /// <summary>Packets to the agent.</summary>
    public long PacketsIn { get; init; }

    /// <summary>Life of the flow so far.</summary>
    public long DurationMs { get; init; }

    /// <summary>How it ended.</summary>
    public string? End { get; init; }

    /// <summary>How many attempts the line stands for.</summary>
    public long Count { get; init; } = 1;

    /// <summary>Free text of the journal's notes about itself.</summary>
    public string? Note { get; init; }

    /// <summary>The attempt passed only because nothing was enforced: enforce would have denied it.</summary>
    public bool WouldDeny => Enforced == false && Verdict == "deny";
}
