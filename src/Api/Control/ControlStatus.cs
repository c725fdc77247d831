namespace Exeat.Api.Control;

/// <summary>How control is.</summary>
public sealed record ControlStatus
{
    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>Since when it runs.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Its clock.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>SHA-256 of the public key of the certificate that people see.</summary>
    public required string KeyFingerprint { get; init; }

    /// <summary>When that certificate ends.</summary>
    public required DateTimeOffset CertificateEnds { get; init; }

    /// <summary>Bytes of the database.</summary>
    public required long DatabaseBytes { get; init; }

    /// <summary>Entries of the audit log.</summary>
    public required long AuditEntries { get; init; }
}
