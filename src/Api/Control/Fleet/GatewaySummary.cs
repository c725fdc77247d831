using System.Collections.Immutable;

namespace Exeat.Api.Control;

/// <summary>One gateway as control knows it. Fields are only added.</summary>
public sealed record GatewaySummary
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary><c>announced</c>, <c>up</c>, <c>lagging</c>, <c>silent</c>, <c>down</c> or <c>revoked</c>.</summary>
    public required string State { get; init; }

    /// <summary>When it was last enrolled; null: never.</summary>
    public DateTimeOffset? Enrolled { get; init; }

    /// <summary>When it last reported.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>The gateway's release.</summary>
    public string? Product { get; init; }

    /// <summary>Its link's release.</summary>
    public string? LinkProduct { get; init; }

    /// <summary>The policy version that it runs.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>The policy version that it should run; null: none is assigned.</summary>
    public string? DesiredPolicyVersion { get; init; }

    /// <summary>The agents that it runs, by their hash.</summary>
    public string? AgentsHash { get; init; }

    /// <summary>The agents that it should run; null: control has no document of it.</summary>
    public string? DesiredAgentsHash { get; init; }

    /// <summary>Whether it runs what it should.</summary>
    public bool Applied { get; init; }

    /// <summary>The mode that its policy declares.</summary>
    public string? DeclaredMode { get; init; }

    /// <summary>The mode that holds for its agents.</summary>
    public string? EffectiveMode { get; init; }

    /// <summary>Whether denials are applied to every agent of it.</summary>
    public bool Enforcing { get; init; }

    /// <summary>What is not as declared, by the gateway's own words.</summary>
    public ImmutableArray<string> Alarms { get; init; } = [];

    /// <summary>What is wrong with what it was given, or with its link.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>For how long its oldest record that is not here has been waiting.</summary>
    public double LagSeconds { get; init; }

    /// <summary>Bytes of its journal that are not here.</summary>
    public long LagBytes { get; init; }

    /// <summary>Records that its link brought here since the link started.</summary>
    public long Shipped { get; init; }

    /// <summary>Records that its journal gave up before they were here.</summary>
    public long Lost { get; init; }

    /// <summary>Packets that its kernel dropped for want of room in the queue, since its start.</summary>
    public long Overruns { get; init; }

    /// <summary>Records of other gateways that it tried to write.</summary>
    public long ForeignRecords { get; init; }

    /// <summary>Its journal's bytes.</summary>
    public long JournalBytes { get; init; }

    /// <summary>Its journal's budget.</summary>
    public long JournalMaxBytes { get; init; }

    /// <summary>When its certificate ends.</summary>
    public DateTimeOffset? CertificateEnds { get; init; }

    /// <summary>How far its clock is before control's, in seconds, when it last reported.</summary>
    public double ClockSeconds { get; init; }

    /// <summary>When its certificates were taken back; null: they were not.</summary>
    public DateTimeOffset? Revoked { get; init; }

    /// <summary>Why.</summary>
    public string? RevokedReason { get; init; }
}
