using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Exeat.Lab.Scenario;

/// <summary>One line of the scenario.</summary>
/// <remarks>Optional members have setters: the JSON reader calls those only for keys that are present, so that the defaults here hold.</remarks>
public sealed record ScenarioEntry
{
    /// <summary>A short name, unique.</summary>
    public required string Id { get; init; }

    /// <summary>What it is, for people.</summary>
    public required string Title { get; init; }

    /// <summary>How it is tried: a client or an attack known to <see cref="AttemptCommands"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Who tries: ids, or <c>*</c>.</summary>
    public required ImmutableArray<string> Agents { get; init; }

    /// <summary>Where to: <c>name</c>, <c>@place</c>, or <c>name@place</c> (that name claimed at that place's address).</summary>
    public required string To { get; init; }

    /// <summary>Destination port.</summary>
    public int Port { get; set; } = 443;

    /// <summary>Families to try: 4, 6.</summary>
    public ImmutableArray<int> Families { get; set; } = [4, 6];

    /// <summary>The expected decision: permit or deny.</summary>
    public required string Decision { get; init; }

    /// <summary>The expected rule; <c>|</c> separates alternatives; empty accepts any.</summary>
    public string Rule { get; set; } = "";

    /// <summary>The expected reason; <c>|</c> separates alternatives; empty accepts any.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Steps it belongs to.</summary>
    public ImmutableArray<string> Steps { get; set; } = ["monitor", "enforce"];

    /// <summary>Whether it is an attack: contained or escaped, rather than as expected or not.</summary>
    public bool Attack { get; set; }

    /// <summary>Whether the policy is expected to permit it.</summary>
    [JsonIgnore]
    public bool IsPermitted => Decision == "permit";

    internal bool IsIn(LabStep step) => Steps.Contains(step.Name);
}
