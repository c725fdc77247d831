using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>The keys of one kind of mapping. The JSON Schema has a definition of the same name; a test compares the two.</summary>
internal sealed record Shape(string Name, ImmutableArray<string> Required, ImmutableArray<string> Optional)
{
    /// <summary>Keys that a later release will know, with what to do until then.</summary>
    public ImmutableArray<(string Key, string Remedy)> Later { get; init; } = [];

    public ImmutableArray<string> Keys { get; } = [.. Required, .. Optional];
}
