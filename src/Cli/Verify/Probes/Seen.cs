using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>What came of one attempt, and what is needed to find its record.</summary>
internal sealed record Seen
{
    public required Look Look { get; init; }

    public required DateTimeOffset From { get; init; }

    public DateTimeOffset Until { get; init; }

    /// <summary>The port it was made from; 0 when there is none.</summary>
    public int SourcePort { get; init; }

    /// <summary>Whether the first packet passed: a connection came to be.</summary>
    public bool Connected { get; init; }

    /// <summary>The addresses of a DNS answer.</summary>
    public ImmutableArray<Address> Addresses { get; init; } = [];

    /// <summary>The rule and denial id that a blocked DNS answer names.</summary>
    public string? Rule { get; init; }

    public string? Denial { get; init; }

    /// <summary>More for people; other machines' text is not in it.</summary>
    public string Detail { get; init; } = "";

    /// <summary>A short sentence of what was seen.</summary>
    public string Text => (Look switch
    {
        Look.Untried => "not tried",
        Look.Silence => Connected ? "connected, then nothing came" : "nothing came back",
        Look.NoRoute => "no route from here",
        Look.Reset => "reset at the first packet",
        Look.ResetLater => "connected, then reset before an answer",
        Look.Closed => "connected, then closed without an answer",
        Look.Prohibited => "prohibited by a machine on the way",
        Look.Unreachable => "unreachable",
        Look.RefusedThere => "the destination itself says that the port is closed",
        Look.ProhibitedThere => "prohibited by the destination itself",
        Look.Blocked => "blocked by the resolver",
        Look.NoSuchName => "the resolver knows no such name or address",
        Look.ResolverFailed => "the resolver failed",
        _ => "answered",
    }) + (Detail.Length > 0 ? $" ({Detail})" : "");
}
