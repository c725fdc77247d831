using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Api.Control;

/// <summary>The forms of flows.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FlowForm))]
[JsonSerializable(typeof(FlowDetail))]
[JsonSerializable(typeof(FlowFilterForm))]
[JsonSerializable(typeof(GroupQuestion))]
[JsonSerializable(typeof(FlowGroups))]
[JsonSerializable(typeof(FlowJob))]
[JsonSerializable(typeof(Page<FlowForm>), TypeInfoPropertyName = "FlowFormPage")]
[JsonSerializable(typeof(Page<FlowJob>), TypeInfoPropertyName = "FlowJobPage")]
public sealed partial class FlowsJson : JsonSerializerContext;
