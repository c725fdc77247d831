using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Lab.Catalogue;

/// <summary>The result of a run of the catalogue: what <c>exeat lab attack --json</c> prints.</summary>
/// <param name="Attacks">One row an attack and family.</param>
/// <param name="Tests">What tests show instead, of the lines that were run.</param>
public sealed record CatalogueReport(ImmutableArray<CatalogueRow> Attacks, ImmutableArray<CatalogueTest> Tests)
{
    /// <summary>Whether every row is as it must be, and there is one.</summary>
    [JsonIgnore]
    public bool Holds => Attacks.Length > 0 && Attacks.All(a => a.Ok);

    /// <summary>The catalogue as such, in the same form.</summary>
    public static CatalogueReport NotRun(IReadOnlyList<Attack> attacks) => new(
        [.. attacks.SelectMany(a => a.Families.Select(f => CatalogueRow.Of(a, f, Enum.GetValues<AttackColumn>(), _ => null)))],
        [.. AttackCatalogue.Tests.Where(t => attacks.Any(a => a.Line == t.Line))]);

    /// <summary>Reads one.</summary>
    public static CatalogueReport Parse(string json) =>
        JsonSerializer.Deserialize(json, CatalogueJson.Default.CatalogueReport) ?? throw new JsonException("no report");

    /// <summary>One object on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, CatalogueJson.Default.CatalogueReport);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CatalogueReport))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
