using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Api.Control;

/// <summary>The forms of alerts and forwarding.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AlertChannel))]
[JsonSerializable(typeof(RaisedAlert))]
[JsonSerializable(typeof(TestOutcome))]
[JsonSerializable(typeof(ForwardingTarget))]
[JsonSerializable(typeof(Page<AlertChannel>), TypeInfoPropertyName = "AlertChannelPage")]
[JsonSerializable(typeof(Page<RaisedAlert>), TypeInfoPropertyName = "RaisedAlertPage")]
[JsonSerializable(typeof(Page<ForwardingTarget>), TypeInfoPropertyName = "ForwardingTargetPage")]
public sealed partial class AlertsJson : JsonSerializerContext;
