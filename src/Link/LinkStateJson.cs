using System.Text.Json;
using System.Text.Json.Serialization;
using Exeat.Link.Delivery;
using Exeat.Link.Records;

namespace Exeat.Link;

/// <summary>How the link's own files are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LinkSettings))]
[JsonSerializable(typeof(ShippedState))]
[JsonSerializable(typeof(DeliveredState))]
internal sealed partial class LinkStateJson : JsonSerializerContext;
