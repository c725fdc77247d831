using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Api;

/// <summary>How the forms of this folder are written: camelCase, nothing left out but nulls, no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GatewayStatus))]
[JsonSerializable(typeof(GatewayHealth))]
public sealed partial class ApiJson : JsonSerializerContext;
