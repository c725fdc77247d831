using System.Collections.Immutable;

namespace Exeat.Api.Control;

/// <summary>For whom a policy is: <c>gateway</c> with an id, <c>class</c> with a class, or <c>default</c>.</summary>
public sealed record AssignmentTarget(string Scope, string Target)
{
    /// <summary>For every gateway that neither has a policy of its own nor one by class.</summary>
    public static AssignmentTarget Default { get; } = new("default", "");

    /// <inheritdoc/>
    public override string ToString() => Scope == "default" ? Scope : $"{Scope} {Target}";
}

/// <summary>What <c>POST /api/v1/assignments</c>, <c>…/rollback</c> and <c>…/clear</c> take.</summary>
public sealed record AssignmentRequest
{
    /// <summary>For whom.</summary>
    public required AssignmentTarget On { get; init; }

    /// <summary>The policy's name; only for assigning.</summary>
    public string? Policy { get; init; }

    /// <summary>The version; null: the newest. Only for assigning.</summary>
    public string? Version { get; init; }

    /// <summary>The version that the author saw assigned; when it is another one the answer is 409. Null: not asked.</summary>
    public string? Expected { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>What became of a change that was asked for: it holds, or waits for a second person.</summary>
public sealed record ChangeResult
{
    /// <summary><c>done</c>, <c>unchanged</c> or <c>waiting</c>.</summary>
    public required string State { get; init; }

    /// <summary>The approval that it waits for.</summary>
    public string? Approval { get; init; }

    /// <summary>The window that it opened.</summary>
    public string? Window { get; init; }

    /// <summary>What the change does.</summary>
    public required ChangeEffect Effect { get; init; }
}

/// <summary>What a change does: for which gateways, and what it newly permits.</summary>
public sealed record ChangeEffect
{
    /// <summary>Gateways whose policy changes.</summary>
    public ImmutableArray<string> Gateways { get; init; } = [];

    /// <summary>Classes of agents that it touches.</summary>
    public ImmutableArray<string> Classes { get; init; } = [];

    /// <summary>Of a change of agents: what they come under, a sentence each: the version, which the gateway runs or keeps, and every window that is open there.</summary>
    public ImmutableArray<string> Under { get => field.IsDefault ? [] : field; init; } = [];

    /// <summary>What it newly permits, a sentence each.</summary>
    public ImmutableArray<string> NewlyPermitted { get; init; } = [];

    /// <summary>What else is to be known, a sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>One assignment, and how far it has come.</summary>
public sealed record AssignmentEntry
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>For whom.</summary>
    public required AssignmentTarget On { get; init; }

    /// <summary><c>assign</c>, <c>rollback</c> or <c>clear</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The policy; null after clear.</summary>
    public string? Policy { get; init; }

    /// <summary>The version; null after clear.</summary>
    public string? Version { get; init; }

    /// <summary>Who.</summary>
    public required string Actor { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The approval by which it came about; null: none was needed.</summary>
    public string? Approval { get; init; }

    /// <summary>The gateways it holds for, with what each of them runs. Null in the history.</summary>
    public ImmutableArray<GatewayPolicyEntry>? Gateways { get; init; }

    /// <summary>Whether every one of <see cref="Gateways"/> runs it, and there is one.</summary>
    public bool Applied { get; init; }
}

/// <summary>What one gateway should run, and runs.</summary>
public sealed record GatewayPolicyEntry
{
    /// <summary>The gateway's id.</summary>
    public required string Gateway { get; init; }

    /// <summary><c>applied</c>, <c>assigned</c> (not reported yet), <c>failed</c> (it says why), <c>conflict</c> or <c>unassigned</c>.</summary>
    public required string State { get; init; }

    /// <summary>By which assignment.</summary>
    public AssignmentTarget? By { get; init; }

    /// <summary>The policy.</summary>
    public string? Policy { get; init; }

    /// <summary>The version that people published.</summary>
    public string? BaseVersion { get; init; }

    /// <summary>The version that the gateway should report: the base, or base with the windows in <see cref="Windows"/>.</summary>
    public string? Version { get; init; }

    /// <summary>The version that it reports.</summary>
    public string? Reported { get; init; }

    /// <summary>Monitor and break-glass windows that are part of <see cref="Version"/>.</summary>
    public ImmutableArray<string> Windows { get; init; } = [];

    /// <summary>Whether a break-glass rule is part of it.</summary>
    public bool BreakGlass { get; init; }

    /// <summary>What is wrong, a sentence each.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];
}

/// <summary>Whether changes that touch a class need a second person.</summary>
public sealed record PolicyClassEntry(string Class, bool SecondPerson);

/// <summary>What <c>PUT /api/v1/classes/{class}</c> takes.</summary>
public sealed record PolicyClassRequest(bool SecondPerson, string Reason);
