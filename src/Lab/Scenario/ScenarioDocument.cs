using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Lab.Scenario;

/// <summary>What the lab attempts and expects: <c>policies/lab/scenario.json</c>.</summary>
/// <param name="Version">Version of the form: 1.</param>
/// <param name="Attempts">Entries, in order; each stands for one attempt by each of its agents, in each family and phase.</param>
public sealed record ScenarioDocument(int Version, ImmutableArray<ScenarioEntry> Attempts)
{
    /// <summary>The whole scenario that ships with the lab.</summary>
    public static ScenarioDocument Shipped { get; } = Parse(LabFiles.Text(LabFiles.ScenarioName));

    /// <summary>Reads a scenario; comments are allowed, unknown keys are not.</summary>
    public static ScenarioDocument Parse(string text) =>
        JsonSerializer.Deserialize(text, ScenarioJson.Default.ScenarioDocument) is { Version: 1 } document
            ? document
            : throw new JsonException("a scenario of another version");

    /// <summary>Every attempt that has to be made in a step, in order.</summary>
    public IEnumerable<PlannedAttempt> Plan(LabStep step) =>
        from entry in Attempts
        where entry.IsIn(step)
        from agent in Topology.LabPlan.Agents
        where entry.Agents.Contains("*") || entry.Agents.Contains(agent.Id)
        from family in entry.Families
        select new PlannedAttempt(entry, step, agent, family);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ScenarioDocument))]
internal sealed partial class ScenarioJson : JsonSerializerContext;
