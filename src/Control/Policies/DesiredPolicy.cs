using System.Collections.Immutable;
using System.Text;

namespace Exeat.Control.Policies;

/// <summary>What one gateway should run.</summary>
internal sealed record DesiredPolicy
{
    /// <summary>The policy's name.</summary>
    public required string Policy { get; init; }

    /// <summary>The version that people published.</summary>
    public required string BaseVersion { get; init; }

    /// <summary>The version that the gateway computes over the files and reports: the base, or the base with windows.</summary>
    public required string Version { get; init; }

    /// <summary>The assignment by which it is to run it.</summary>
    public required Assignment By { get; init; }

    /// <summary>The windows that are part of it.</summary>
    public required ImmutableArray<PolicyWindow> Windows { get; init; }

    /// <summary>What is not as asked for, a sentence each: a window that does not go with this version, a conflict.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>Whether a break-glass rule is part of it.</summary>
    public bool BreakGlass => Windows.Any(window => window.Kind == PolicyWindow.BreakGlass);

    /// <summary>The files as they have to lie on the gateway: <c>policy/PATH</c>, which its document's <c>policy</c> names, and <c>packs/NAME/PATH</c>, which <c>packs</c> names. Both folders have to be there, also when empty.</summary>
    public required ImmutableSortedDictionary<string, string> Files { get; init; }

    /// <summary>The bytes of a file.</summary>
    public static byte[] Bytes(string text) => new UTF8Encoding(false, true).GetBytes(text);
}
