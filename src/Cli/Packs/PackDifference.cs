namespace Exeat.Cli;

/// <summary>One pack of a folder beside the release's.</summary>
/// <param name="Name">The pack.</param>
/// <param name="Before">The version in the folder; null: it is not there yet.</param>
/// <param name="After">The version of the release; null: the release has no such pack, and the folder's own stays.</param>
/// <param name="IsSame">Whether all its files are equal, and its pins those of the release.</param>
internal sealed record PackDifference(string Name, string? Before, string? After, bool IsSame)
{
    /// <summary>In words.</summary>
    public string Text => (Before, After) switch
    {
        (_, null) => $"{Name} {Before}: not a pack of this release, left alone",
        (null, _) => $"{Name}: new, {After}",
        _ when IsSame => $"{Name} {Before}: as in this release",
        _ when Before == After => $"{Name} {Before}: the same version with other content or another pin: it was changed in the folder",
        _ => $"{Name} {Before} → {After}",
    };
}
