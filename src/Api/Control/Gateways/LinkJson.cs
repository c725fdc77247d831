using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Api.Control;

/// <summary>How messages between links and control are written. Nulls are left out, so that one where none may be is no message of ours: it would be written again as a field that is missing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EnrolRequest))]
[JsonSerializable(typeof(RenewRequest))]
[JsonSerializable(typeof(CertificateAnswer))]
[JsonSerializable(typeof(DesiredState))]
[JsonSerializable(typeof(BundleContent))]
[JsonSerializable(typeof(RecordsAnswer))]
[JsonSerializable(typeof(LinkReport))]
[JsonSerializable(typeof(ReportAnswer))]
[JsonSerializable(typeof(LinkRefusal))]
public sealed partial class LinkJson : JsonSerializerContext;
