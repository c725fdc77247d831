namespace Exeat.Api.Control;

/// <summary>Where alerts go. The secret is taken and never returned.</summary>
public sealed record AlertChannel
{
    /// <summary>Its name; alerts test takes it.</summary>
    public required string Name { get; init; }

    /// <summary><c>webhook</c>, <c>slack</c> or <c>smtp</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Whether alerts go there.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Of webhook and slack: where to post. Of Slack the address is the secret: give it as <see cref="Secret"/> and leave this out.</summary>
    public string? Url { get; init; }

    /// <summary>Of smtp: the server.</summary>
    public string? Host { get; init; }

    /// <summary>Of smtp: its port.</summary>
    public int? Port { get; init; }

    /// <summary>Of smtp: <c>starttls</c>, <c>tls</c> or <c>none</c>.</summary>
    public string? Tls { get; init; }

    /// <summary>Of smtp: the account.</summary>
    public string? User { get; init; }

    /// <summary>Of smtp: the sender.</summary>
    public string? From { get; init; }

    /// <summary>Of smtp: the receivers.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>The key of the signature, Slack's address, or the account's password. Left out: as it was.</summary>
    public string? Secret { get; init; }

    /// <summary>Whether there is a secret.</summary>
    public bool? HasSecret { get; init; }

    /// <summary>Certificates to trust beside the machine's own, PEM.</summary>
    public string? Ca { get; init; }

    /// <summary>Whether the destination may have a private address.</summary>
    public bool Private { get; init; }

    /// <summary>Which events; none: all.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>The mildest severity: <c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public string MinSeverity { get; init; } = "info";

    /// <summary>Messages a minute at most; what is more is counted as suppressed, and stands in the list of alerts.</summary>
    public int PerMinute { get; init; } = 10;

    /// <summary>Messages that arrived.</summary>
    public long? Sent { get; init; }

    /// <summary>Messages that were given up.</summary>
    public long? Failed { get; init; }

    /// <summary>Messages over the rate.</summary>
    public long? Suppressed { get; init; }

    /// <summary>Messages that wait.</summary>
    public long? Waiting { get; init; }

    /// <summary>When the last arrived.</summary>
    public DateTimeOffset? LastSent { get; init; }

    /// <summary>Why the last one that failed did.</summary>
    public string? LastError { get; init; }
}
