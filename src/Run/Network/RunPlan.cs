using System.Collections.Immutable;
using Exeat.Run.Box;

namespace Exeat.Run.Network;

/// <summary>What a run is to be: written into its folder by the one who asked, read by the process inside. The rest of the environment goes from process to process.</summary>
public sealed record RunPlan
{
    /// <summary>The command and its arguments.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>The working folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Where the command looks for programs; what the run itself starts is not looked for in the working folder.</summary>
    public required string SearchPath { get; init; }

    /// <summary>The command line that starts the gateway.</summary>
    public required ImmutableArray<string> Gateway { get; init; }

    /// <summary>The command line that starts this program.</summary>
    public required ImmutableArray<string> Exeat { get; init; }

    /// <summary>The way out; not <see cref="WayOut.Auto"/>.</summary>
    public required WayOut Out { get; init; }

    /// <summary>Who the command is.</summary>
    public required BoxUser User { get; init; }

    /// <summary>The home folder of whom the command is, where that is not who asked (root); null: the environment's.</summary>
    public string? PersonHome { get; init; }

    /// <summary>The agent's id, for records.</summary>
    public required string Agent { get; init; }

    /// <summary>The agent's class, for records.</summary>
    public required string Class { get; init; }

    /// <summary>Ports of the command's loopback that are published on the host's.</summary>
    public ImmutableArray<int> Published { get; init; } = [];

    /// <summary>Ports of the host's loopback that the command may reach.</summary>
    public ImmutableArray<int> HostPorts { get; init; } = [];

    /// <summary>What of the home folder is seen.</summary>
    public HomeView Home { get; init; }

    /// <summary>A home folder of the command's own that stays; null: one that goes with it.</summary>
    public string? KeptHome { get; init; }

    /// <summary>More that is not to be written.</summary>
    public ImmutableArray<string> ReadOnly { get; init; } = [];

    /// <summary>What is empty for the command.</summary>
    public ImmutableArray<string> Hidden { get; init; } = [];
}
