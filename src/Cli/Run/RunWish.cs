using System.Collections.Immutable;
using Exeat.Policy;
using Exeat.Run.Box;
using Exeat.Run.Network;

namespace Exeat.Cli;

/// <summary>What a person asked <c>exeat run</c> for.</summary>
internal sealed record RunWish
{
    public required string Class { get; init; }

    /// <summary>A pack below runtimes/; null: none that is known.</summary>
    public required string? Runtime { get; init; }

    public required ImmutableArray<string> Models { get; init; }

    public bool SignIn { get; init; }

    public string? Region { get; init; }

    /// <summary>A policy in place of the class's; null: made from the packs.</summary>
    public string? Policy { get; init; }

    /// <summary>The packs that it includes.</summary>
    public string? Packs { get; init; }

    /// <summary>Null: enforce, or what the policy given says.</summary>
    public Mode? Mode { get; init; }

    /// <summary>Hosts whose SSH port is permitted by name.</summary>
    public ImmutableArray<string> SshHosts { get; init; } = [];

    public ImmutableArray<int> Published { get; init; } = [];

    public ImmutableArray<int> HostPorts { get; init; } = [];

    public WayOut Network { get; init; }

    public HomeView Home { get; init; }

    /// <summary>Whether the command has a home folder that stays between runs; null: a known runtime has.</summary>
    public bool? KeepsHome { get; init; }

    public ImmutableArray<string> ReadOnly { get; init; } = [];

    /// <summary>Whom the command is to be, when root asks; null: whoever became root.</summary>
    public string? User { get; init; }

    public required ImmutableArray<string> Command { get; init; }

    public string Agent => $"{Class}-1";
}
