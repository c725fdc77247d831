using System.Text.Json;
using System.Text.Json.Serialization;

namespace Exeat.Api.Control;

/// <summary>How messages between links and control are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, AllowDuplicateProperties = false)]
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
