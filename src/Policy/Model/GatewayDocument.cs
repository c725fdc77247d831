using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>A gateway's whole configuration. Paths are absolute: they were written relative to the document's folder.</summary>
public sealed record GatewayDocument
{
    /// <summary>The gateway's id, part of every record's id.</summary>
    public required string Id { get; init; }

    /// <summary>Interfaces towards the agents; never empty.</summary>
    public required ImmutableArray<string> Inside { get; init; }

    /// <summary>The interface towards the world; not one of <see cref="Inside"/>.</summary>
    public required string Outside { get; init; }

    /// <summary>Path of the agents document (a file or a folder).</summary>
    public required string Agents { get; init; }

    /// <summary>Path of the policy (a file or a folder).</summary>
    public required string Policy { get; init; }

    /// <summary>Folder of packs that the policy includes, as written; null: none is named.</summary>
    public string? Packs { get; init; }

    /// <summary>The folder that packs are looked up in: <see cref="Packs"/>, or else those that came with the program; null: includes are refused.</summary>
    public string? PacksDirectory => Packs ?? Shipped;

    /// <summary>How its policy is loaded.</summary>
    public LoadOptions Options(TimeProvider clock) => new() { TimeProvider = clock, PacksDirectory = PacksDirectory, TakesOnlyPinnedPacks = Packs is null };

    /// <summary>The packs that came with the program; null: it came without.</summary>
    public string? Shipped { get; init; } = ShippedPacks.Directory;

    /// <summary>The policy resolver.</summary>
    public required GatewayDns Dns { get; init; }

    /// <summary>The flow journal.</summary>
    public required GatewayJournal Journal { get; init; }

    /// <summary>Folder of bindings, proofs and the last good policy.</summary>
    public required string State { get; init; }

    /// <summary>How people and tools reach the gateway.</summary>
    public GatewayManagement Management { get; init; } = new();

    /// <summary>Sizes of everything an agent can fill.</summary>
    public GatewayLimits Limits { get; init; } = new();

    /// <summary>The bits of the conntrack and packet mark that are ours; others are preserved. One run of at least 15 bits.</summary>
    public uint MarkMask { get; init; } = DefaultMarkMask;

    /// <summary>The upper half: container networks and VPN tools use low bits.</summary>
    public const uint DefaultMarkMask = 0xffff0000;
}
