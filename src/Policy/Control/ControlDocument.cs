using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Control's whole configuration. Paths are absolute: they were written relative to the document's folder.</summary>
public sealed record ControlDocument
{
    /// <summary>The port for people when none is written.</summary>
    public const ushort PeoplePort = 8440;

    /// <summary>The port for gateways when none is written.</summary>
    public const ushort GatewaysPort = 8441;

    /// <summary>The folder of everything that control keeps; one control at a time.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where people are answered.</summary>
    public ImmutableArray<AddressAndPort> People { get; init; } = [];

    /// <summary>Where gateways are answered.</summary>
    public ImmutableArray<AddressAndPort> Gateways { get; init; } = [];

    /// <summary>Names by which people and gateways reach this machine, beside its host name: they stand in its own certificates.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>The certificate for people; null: one of its own, made at the first start.</summary>
    public ControlTls? Tls { get; init; }

    /// <summary>The flow store's share of the machine.</summary>
    public ControlStore Store { get; init; } = new();

    /// <summary>What people and gateways can take.</summary>
    public ControlLimits Limits { get; init; } = new();
}
