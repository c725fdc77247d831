using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>One attempt with what has to come of it.</summary>
internal sealed record VerifyCheck
{
    /// <summary>Stable over runs, for machines: group/what/family.</summary>
    public required string Id { get; init; }

    /// <summary>What is tried, for people.</summary>
    public required string Title { get; init; }

    public required Probe Probe { get; init; }

    public required Expected Expected { get; init; }

    /// <summary>The name on whose behalf an address is tried; null: the probe's own.</summary>
    public DomainName? For { get; init; }

    public Witness Witness { get; init; }

    public string Group => Id[..Id.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Where to, for people.</summary>
    public string To => Probe.IsQuestion ? $"{Probe.Name} {Probe.Type} @{Probe.To}" : (For ?? Probe.Name) is { } name ? $"{name} at {Place}" : Place;

    private string Place => Probe.Port == 0 ? Probe.To.ToString() : new Policy.AddressAndPort(Probe.To, Probe.Port).ToString();

    public int Family => Probe.To.IsV6 ? 6 : 4;

    /// <summary>Whether the far-side helper would see it arrive.</summary>
    public bool IsFar { get; init; }
}
