using System.Collections.Immutable;

namespace Exeat.Lab.Report;

/// <summary>One line of the gateway's journal, as far as the lab reads it.</summary>
public sealed record SeenRecord
{
    /// <summary>When the gateway wrote it.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The kind of event: decision, update, end, counted.</summary>
    public required string Event { get; init; }

    /// <summary>Whose attempt; empty where the kernel counted without looking whose.</summary>
    public required string Agent { get; init; }

    /// <summary>Its source address; empty when not stated.</summary>
    public string Source { get; init; } = "";

    /// <summary>Its destination address; empty when not known.</summary>
    public string Destination { get; init; } = "";

    /// <summary>Its protocol's word.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Its destination port.</summary>
    public int Port { get; init; }

    /// <summary>Names asked for, bound or claimed.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>How far the name that decided is proven.</summary>
    public string Proof { get; init; } = "";

    /// <summary>What the proof does not cover; empty when nothing is known.</summary>
    public string Caveat { get; init; } = "";

    /// <summary>dns, first-packet, hello or request.</summary>
    public string Stage { get; init; } = "";

    /// <summary>The deciding rule.</summary>
    public string Rule { get; init; } = "";

    /// <summary>The reason's word.</summary>
    public string Reason { get; init; } = "";

    /// <summary>permit, deny or pending.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>The policy's mode for this agent.</summary>
    public string Mode { get; init; } = "";

    /// <summary>How it ended; of what the kernel counted, by which counter.</summary>
    public string End { get; init; } = "";

    /// <summary>Whether the verdict was applied.</summary>
    public bool Enforced { get; init; }
}
