using System.Text;
using Exeat.Names;

namespace Exeat.Gateway.Kernel;

/// <summary>What the kernel's tables depend on: interfaces, the agents' identities, the intercepted resolvers, and the mark generation.</summary>
internal sealed record RulesetOptions
{
    public required MarkLayout Marks { get; init; }

    /// <summary>Interfaces that are locked: those of agents, and those that were in this life of the gateway.</summary>
    public required IReadOnlyList<string> Inside { get; init; }

    public required string Outside { get; init; }

    /// <summary>Interface, address and (null: any) MAC of every agent, with the conntrack zone of its attachment.</summary>
    public required IReadOnlyList<AgentIdentity> Identities { get; init; }

    /// <summary>Each intercepted resolver address with the local port that stands for it.</summary>
    public required IReadOnlyList<(Address Address, ushort Port)> Intercepts { get; init; }

    /// <summary>Where the gateway itself may send DNS questions.</summary>
    public required IReadOnlyList<(Address Address, ushort Port)> Upstreams { get; init; }

    /// <summary>Agents whose effective mode is monitor. Of all others 53 and 853 are never forwarded, whatever user space says.</summary>
    public required IReadOnlyList<(string Interface, Address Address)> Monitored { get; init; }

    /// <summary>The user id of the gateway process, whose own connections are confined.</summary>
    public required uint UserId { get; init; }

    public required ushort Queue { get; init; }

    /// <summary>New flows per second and agent that reach user space; more are dropped and counted.</summary>
    public required int NewFlowsPerSecond { get; init; }

    public required int NewFlowsBurst { get; init; }

    /// <summary>New flows per second and agent towards the policy resolver; each is one entry of conntrack for half a minute.</summary>
    public required int DnsFlowsPerSecond { get; init; }

    /// <summary>Packets per second and agent of flows that are not permitted yet; more are dropped and counted.</summary>
    public required int PendingPacketsPerSecond { get; init; }

    /// <summary>The generations that pass: one, or the old and the new while survivors are re-stamped.</summary>
    public required IReadOnlyList<int> Generations { get; init; }

    public string InsideElements => Elements(Inside);

    public static string Elements(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"\"{n}\""));

    /// <summary>Rules that drop forwarded DNS towards intercepted resolvers: there, it can only be a lost redirect.</summary>
    public string InterceptDrops(string indent)
    {
        var text = new StringBuilder();
        foreach ((Address address, _) in Intercepts)
            text.Append(indent).Append($"iifname @inside {(address.IsV4 ? "ip" : "ip6")} daddr {address} meta l4proto {{ tcp, udp }} th dport {{ 53, 853 }} counter name intercepted_forwarded drop\n");
        return text.ToString().TrimEnd('\n');
    }
}
