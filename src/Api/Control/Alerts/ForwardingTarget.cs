namespace Exeat.Api.Control;

/// <summary>Where every record goes on to. The secret is taken and never returned.</summary>
public sealed record ForwardingTarget
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>syslog</c> (TCP), <c>syslog-tls</c> or <c>otlp</c> (HTTP, JSON).</summary>
    public required string Kind { get; init; }

    /// <summary>Whether records go there. What comes meanwhile waits in the store.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Of syslog: the server.</summary>
    public string? Host { get; init; }

    /// <summary>Of syslog: its port.</summary>
    public int? Port { get; init; }

    /// <summary>Of otlp: the address, with its path (commonly /v1/logs).</summary>
    public string? Url { get; init; }

    /// <summary>Of otlp: the name of the header that carries the secret.</summary>
    public string? Header { get; init; }

    /// <summary>Of otlp: the value of that header. Left out: as it was.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether there is a secret.</summary>
    public bool? HasSecret { get; init; }

    /// <summary>Certificates to trust beside the machine's own, PEM.</summary>
    public string? Ca { get; init; }

    /// <summary>Whether the target may have a private address.</summary>
    public bool Private { get; init; }

    /// <summary>Where a new target begins: <c>now</c> or <c>beginning</c>.</summary>
    public string? From { get; init; }

    /// <summary>Records that the target has.</summary>
    public long? Sent { get; init; }

    /// <summary>Records that the target refused for good; counted and passed over.</summary>
    public long? Failed { get; init; }

    /// <summary>Time of the last record that it has.</summary>
    public DateTimeOffset? LastSent { get; init; }

    /// <summary>Seconds that the oldest record it does not have has waited; 0: it has all.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>Since when nothing gets through.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>What went wrong last.</summary>
    public string? LastError { get; init; }
}
