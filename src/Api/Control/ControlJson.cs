using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Api.Control;

/// <summary>How control's forms for people are written. Each area of control has a context of its own beside this one.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(Login))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(Caller))]
public sealed partial class ControlJson : JsonSerializerContext;
