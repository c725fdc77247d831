namespace Exeat.Policy;

/// <summary>A pack that a policy includes, as it was read, and what the include pins it to.</summary>
public sealed record IncludedPack
{
    /// <summary>Its name, with one slash at most: <c>base</c>, <c>classes/coding</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The version that it states; null when it states none.</summary>
    public string? Version { get; init; }

    /// <summary>SHA-256 of its files and of the packs that it includes, in the form of a policy's version.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The version that the include asks for; null: any.</summary>
    public string? PinnedVersion { get; init; }

    /// <summary>The SHA-256 that the include asks for; null: any.</summary>
    public string? PinnedSha256 { get; init; }

    /// <summary>Where it is included: in the policy, or in another pack.</summary>
    public SourceLocation Where { get; init; }

    /// <summary>Whether it is what the include asks for.</summary>
    public bool IsAsPinned => (PinnedVersion is null || PinnedVersion == Version) && (PinnedSha256 is null || PinnedSha256 == Sha256);
}
