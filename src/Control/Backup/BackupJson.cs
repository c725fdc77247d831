using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Control.Backup;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackupHead))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class BackupJson : JsonSerializerContext;
