using System.Text.Json.Serialization;

namespace Exeat.Api.Control;

/// <summary>How the forms of policies, assignments, approvals and windows are written: camelCase, nothing left out but nulls, no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PolicyPublication))]
[JsonSerializable(typeof(PolicyDiffUpload))]
[JsonSerializable(typeof(PublishResult))]
[JsonSerializable(typeof(PolicyEntry))]
[JsonSerializable(typeof(Page<PolicyEntry>))]
[JsonSerializable(typeof(PolicyVersionEntry))]
[JsonSerializable(typeof(Page<PolicyVersionEntry>))]
[JsonSerializable(typeof(PolicyFilesEntry))]
[JsonSerializable(typeof(PolicyDiffResult))]
[JsonSerializable(typeof(AssignmentRequest))]
[JsonSerializable(typeof(AssignmentEntry))]
[JsonSerializable(typeof(Page<AssignmentEntry>))]
[JsonSerializable(typeof(GatewayPolicyEntry))]
[JsonSerializable(typeof(Page<GatewayPolicyEntry>))]
[JsonSerializable(typeof(ChangeResult))]
[JsonSerializable(typeof(ChangeEffect))]
[JsonSerializable(typeof(PolicyClassEntry))]
[JsonSerializable(typeof(Page<PolicyClassEntry>))]
[JsonSerializable(typeof(PolicyClassRequest))]
[JsonSerializable(typeof(PolicyWindowRequest))]
[JsonSerializable(typeof(PolicyWindowEntry))]
[JsonSerializable(typeof(Page<PolicyWindowEntry>))]
[JsonSerializable(typeof(ReasonRequest))]
[JsonSerializable(typeof(PolicyChange))]
[JsonSerializable(typeof(ApprovalEntry))]
[JsonSerializable(typeof(Page<ApprovalEntry>))]
[JsonSerializable(typeof(ApprovalDecision))]
public sealed partial class PoliciesJson : JsonSerializerContext;
