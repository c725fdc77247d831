using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Lab.Report;

/// <summary>The result of a lab: what <c>exeat lab --json</c> prints.</summary>
/// <param name="Passed">How many attempts met every expectation.</param>
/// <param name="Failed">How many did not, those that were declared and not made included.</param>
/// <param name="Attempts">One row an attempt.</param>
public sealed record LabReport(int Passed, int Failed, ImmutableArray<LabRow> Attempts)
{
    /// <summary>Counts rows; attempts that were declared but have no row are failures.</summary>
    public static LabReport Of(IReadOnlyCollection<LabRow> rows, int declared)
    {
        int passed = rows.Count(r => r.Ok);
        return new LabReport(passed, Math.Max(declared, rows.Count) - passed, [.. rows]);
    }

    /// <summary>Reads one.</summary>
    public static LabReport Parse(string json) =>
        JsonSerializer.Deserialize(json, LabJson.Default.LabReport) ?? throw new JsonException("no report");

    /// <summary>One object on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LabJson.Default.LabReport);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LabReport))]
internal sealed partial class LabJson : JsonSerializerContext;
