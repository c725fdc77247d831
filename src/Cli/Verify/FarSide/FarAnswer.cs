using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Exeat.Cli.Verify;

/// <summary>All arrivals of a run, as the far side answers.</summary>
internal sealed record FarAnswer
{
    public int V { get; init; } = 1;

    public required string Run { get; init; }

    /// <summary>When the far side began to count: of attempts before it knows nothing.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What it listens on, as <c>tcp/443</c>: of other ports it knows nothing.</summary>
    public required ImmutableArray<string> Counts { get; init; }

    public required ImmutableArray<FarArrival> Arrivals { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FarAnswer))]
[JsonSerializable(typeof(FarArrival))]
internal sealed partial class FarJson : JsonSerializerContext;
