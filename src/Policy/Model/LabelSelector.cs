using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>A label key and the values that satisfy it.</summary>
/// <param name="Key">The label's key, compared byte by byte.</param>
/// <param name="Values">The accepted values, alternatives; never empty.</param>
public sealed record LabelSelector(string Key, ImmutableArray<string> Values);
