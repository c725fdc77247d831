using System.Text.Json.Serialization;

namespace Exeat.Run.Network;

/// <summary>How a run's own files are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunPlan))]
internal sealed partial class RunJson : JsonSerializerContext;
