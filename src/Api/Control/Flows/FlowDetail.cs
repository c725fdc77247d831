using System.Text.Json;

namespace Exeat.Api.Control;

/// <summary>One flow with everything that is known of it.</summary>
/// <param name="Flow">The flow.</param>
/// <param name="Explanation">In plain words, as <c>exeat why</c> prints it.</param>
/// <param name="Events">Its events, as they were recorded.</param>
public sealed record FlowDetail(FlowForm Flow, FlowInWords Explanation, IReadOnlyList<JsonElement> Events);
