namespace Exeat.Api.Control;

/// <summary>An alert as it was raised; also the body that webhooks get.</summary>
public sealed record RaisedAlert
{
    /// <summary>Version of this form.</summary>
    public int V { get; init; } = 1;

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What happened; also the name of the runbook.</summary>
    public required string Event { get; init; }

    /// <summary><c>raised</c>, or <c>resolved</c> when what held is over.</summary>
    public required string State { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>critical</c>.</summary>
    public required string Severity { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>What is known.</summary>
    public required string Text { get; init; }

    /// <summary>The gateway it is about.</summary>
    public string? Gateway { get; init; }

    /// <summary>The agent it is about.</summary>
    public string? Agent { get; init; }

    /// <summary>The flow or event that shows it: <c>exeat why RECORD --control</c>.</summary>
    public string? Record { get; init; }

    /// <summary>What to do.</summary>
    public required string Runbook { get; init; }

    /// <summary>When it happened first.</summary>
    public required DateTimeOffset First { get; init; }

    /// <summary>When it happened last.</summary>
    public required DateTimeOffset Last { get; init; }

    /// <summary>How often.</summary>
    public required long Count { get; init; }

    /// <summary>When it was over.</summary>
    public DateTimeOffset? Ended { get; init; }
}
