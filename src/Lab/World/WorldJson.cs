using System.Text.Json.Serialization;

namespace Exeat.Lab.World;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WorldSnapshot))]
[JsonSerializable(typeof(WorldQuestion))]
internal sealed partial class WorldJson : JsonSerializerContext;
