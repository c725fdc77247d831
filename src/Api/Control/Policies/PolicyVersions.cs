using System.Collections.Immutable;

namespace Exeat.Api.Control;

/// <summary>A policy by name.</summary>
public sealed record PolicyEntry(string Name, int Versions, string Newest, DateTimeOffset Published, string Author, string Message);

/// <summary>One published version; nothing of it ever changes.</summary>
public sealed record PolicyVersionEntry
{
    /// <summary>The policy's name.</summary>
    public required string Policy { get; init; }

    /// <summary>SHA-256 over its files, packs and parameters: what a gateway computes and every record carries.</summary>
    public required string Version { get; init; }

    /// <summary>Counted from 1 in the order of publication.</summary>
    public required int Number { get; init; }

    /// <summary>The version published before; null for the first.</summary>
    public string? Parent { get; init; }

    /// <summary>Who published it.</summary>
    public required string Author { get; init; }

    /// <summary>What changed and why.</summary>
    public required string Message { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How many rules it has.</summary>
    public required int Rules { get; init; }

    /// <summary><c>enforce</c> or <c>monitor</c>, as the files declare it.</summary>
    public required string Mode { get; init; }
}

/// <summary>What publishing came to.</summary>
public sealed record PublishResult
{
    /// <summary>The version; with <c>dryRun</c> what it would be.</summary>
    public required string Version { get; init; }

    /// <summary>The stored entry; null for a dry run.</summary>
    public PolicyVersionEntry? Entry { get; init; }

    /// <summary>Whether this content was there before under this name.</summary>
    public bool Existed { get; init; }

    /// <summary>Tests of the policy that held.</summary>
    public required int TestsHeld { get; init; }

    /// <summary>Warnings of the check, and what was left out.</summary>
    public ImmutableArray<DocumentProblem> Warnings { get; init; } = [];

    /// <summary>What became of the assignment that was asked for with it.</summary>
    public ChangeResult? Assignment { get; init; }

    /// <summary>Why it was published and yet not assigned; null when it was, or nobody asked.</summary>
    public string? NotAssigned { get; init; }
}

/// <summary>The files of a version, as they were published.</summary>
public sealed record PolicyFilesEntry(string Policy, string Version, ImmutableDictionary<string, string> Files, ImmutableDictionary<string, string> Packs);

/// <summary>How two policies differ: text of the files, and what they decide.</summary>
public sealed record PolicyDiffResult
{
    /// <summary>The first version.</summary>
    public required string From { get; init; }

    /// <summary>The second version.</summary>
    public required string To { get; init; }

    /// <summary>Whether no difference in what they decide was found.</summary>
    public required bool SameDecisions { get; init; }

    /// <summary>For whom they were compared.</summary>
    public required string Agents { get; init; }

    /// <summary>What the second permits and the first does not, a sentence each.</summary>
    public ImmutableArray<string> NewlyPermitted { get; init; } = [];

    /// <summary>What the second refuses and the first permits, a sentence each.</summary>
    public ImmutableArray<string> NewlyRefused { get; init; } = [];

    /// <summary>Whose mode changes, a sentence each.</summary>
    public ImmutableArray<string> Modes { get; init; } = [];

    /// <summary>What was not compared exactly, a sentence each.</summary>
    public ImmutableArray<string> NotExact { get; init; } = [];

    /// <summary>The files in the form of <c>git diff</c>.</summary>
    public required string Text { get; init; }
}
