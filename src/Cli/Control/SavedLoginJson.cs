using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Cli;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SavedLogin))]
internal sealed partial class SavedLoginJson : JsonSerializerContext;
