using System.Collections.Immutable;

namespace Exeat.Api;

/// <summary>How a running gateway is, as <c>GET /v1/status</c> of its socket answers. Fields are only added.</summary>
public sealed record GatewayStatus
{
    /// <summary>The version of this form that this code writes and the newest it reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The form's major version.</summary>
    public int V { get; init; } = CurrentVersion;

    /// <summary>The product's version.</summary>
    public required string Product { get; init; }

    /// <summary>The gateway's id.</summary>
    public required string Gateway { get; init; }

    /// <summary>The path of its policy.</summary>
    public required string PolicyPath { get; init; }

    /// <summary>Its process.</summary>
    public required int Pid { get; init; }

    /// <summary>When it became ready.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The moment this was true.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whether denials are applied to every agent: both locks and the data table are in place, and no agent is in monitor.</summary>
    public required bool Enforcing { get; init; }

    /// <summary>Since when <see cref="Enforcing"/> is what it is.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The mode that the policy declares: <c>enforce</c> or <c>monitor</c>.</summary>
    public required string DeclaredMode { get; init; }

    /// <summary>What holds for the agents: <c>enforce</c>, <c>monitor</c>, <c>mixed</c>, or <c>closed</c> when the data table is not in place and nothing passes.</summary>
    public required string EffectiveMode { get; init; }

    /// <summary>What is not as declared, each in a sentence. Empty: nothing.</summary>
    public ImmutableArray<string> Alarms { get; init; } = [];

    /// <summary>The policy in force.</summary>
    public required PolicyStatus Policy { get; init; }

    /// <summary>The agents by mode.</summary>
    public required AgentsStatus Agents { get; init; }

    /// <summary>How packets come to the gateway.</summary>
    public required QueueStatus Queue { get; init; }

    /// <summary>Live flows.</summary>
    public required int Flows { get; init; }

    /// <summary>Those of them that wait for their first bytes to be judged.</summary>
    public required int Pending { get; init; }

    /// <summary>Live bindings of names to addresses.</summary>
    public required int Bindings { get; init; }

    /// <summary>The flow journal.</summary>
    public required JournalStatus Journal { get; init; }

    /// <summary>The locks, as the kernel shows them now.</summary>
    public required LockStatus Locks { get; init; }

    /// <summary>The last change of documents that was asked for; null when there was none since the start.</summary>
    public ReloadStatus? LastReload { get; init; }

    /// <summary>The last refusal in the journal's newest events; null when there is none.</summary>
    public DenialStatus? LastDenial { get; init; }
}
