using System.Collections.Immutable;

namespace Exeat.Api.Control;

/// <summary>A policy as a person hands it over: paths relative to the policy's folder, and the text of each file.</summary>
public sealed record PolicyUpload
{
    /// <summary>The policy's files by path, with forward slashes.</summary>
    public required ImmutableDictionary<string, string> Files { get; init; }

    /// <summary>The files of the packs that it includes, by path below the packs folder (<c>base/rules.yaml</c>); null: the packs of control's own release, if pinned.</summary>
    public ImmutableDictionary<string, string>? Packs { get; init; }

    /// <summary>Agents documents that the policy's tests are run with; null: those of the gateways that the policy is for.</summary>
    public ImmutableDictionary<string, string>? Agents { get; init; }
}

/// <summary>What <c>POST /api/v1/policies/{name}/versions</c> takes.</summary>
public sealed record PolicyPublication
{
    /// <summary>The policy.</summary>
    public required PolicyUpload Upload { get; init; }

    /// <summary>What changed and why, one line.</summary>
    public required string Message { get; init; }

    /// <summary>The newest version that the author saw; when another has been published meanwhile the answer is 409. Null: not asked.</summary>
    public string? Parent { get; init; }

    /// <summary>Only check: nothing is stored.</summary>
    public bool DryRun { get; init; }

    /// <summary>Assign it at once; null: only publish.</summary>
    public AssignmentTarget? Assign { get; init; }
}

/// <summary>What <c>POST /api/v1/policies/{name}/diff</c> takes: a policy that is not published, compared with one that is.</summary>
public sealed record PolicyDiffUpload
{
    /// <summary>The policy, as the second of the two.</summary>
    public required PolicyUpload Upload { get; init; }

    /// <summary>The first of the two: a version of the policy, or null for its newest.</summary>
    public string? From { get; init; }
}
