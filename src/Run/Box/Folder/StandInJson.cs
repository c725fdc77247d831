using System.Text.Json.Serialization;

namespace Exeat.Run.Box.Folder;

/// <summary>How a stand-in is noted.</summary>
[JsonSerializable(typeof(StandIn))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class StandInJson : JsonSerializerContext;
