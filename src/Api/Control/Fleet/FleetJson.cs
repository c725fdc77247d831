using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Api.Control;

/// <summary>How people's messages about gateways and agents are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Page<GatewaySummary>))]
[JsonSerializable(typeof(GatewaySummary))]
[JsonSerializable(typeof(Page<AgentSummary>))]
[JsonSerializable(typeof(QuarantineRequest))]
[JsonSerializable(typeof(RevokeRequest))]
[JsonSerializable(typeof(EnrolmentAnswer))]
[JsonSerializable(typeof(AgentsUpload))]
[JsonSerializable(typeof(AgentsDocumentVersion))]
public sealed partial class FleetJson : JsonSerializerContext;
