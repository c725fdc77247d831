using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Api.Control;

/// <summary>How control's forms for people are written. Each area of control has a context of its own beside this one.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(Login))]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(Caller))]
[JsonSerializable(typeof(PasswordChange))]
[JsonSerializable(typeof(Page<User>))]
[JsonSerializable(typeof(NewUser))]
[JsonSerializable(typeof(UserChange))]
[JsonSerializable(typeof(OneTimePassword))]
[JsonSerializable(typeof(Page<ApiToken>))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(TokenSecret))]
[JsonSerializable(typeof(Page<AuditEntry>))]
[JsonSerializable(typeof(AuditCheck))]
[JsonSerializable(typeof(ControlStatus))]
[JsonSerializable(typeof(Dictionary<string, string?>))]
public sealed partial class ControlJson : JsonSerializerContext;
