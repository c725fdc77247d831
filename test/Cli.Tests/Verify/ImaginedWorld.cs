using Exeat.Cli.Verify;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Wire.Dns;
using Probe = Exeat.Cli.Verify.Probe;

namespace Exeat.Cli.Tests.Verify;

/// <summary>A world without packets: a few hosts that answer, and a gateway before them that does what the evaluator says, in the families in which it stands there.</summary>
internal sealed class ImaginedWorld(VerifyGround ground) : IProber
{
    private static readonly Dictionary<string, Address[]> Hosts = new()
    {
        ["core.example"] = [ImaginedGround.Core, AddressSamples.Parse("2001:db8:f::10")],
        ["deep.example"] = [ImaginedGround.Other, AddressSamples.Parse("2001:db8:f::11")],
        ["api.models.example"] = [AddressSamples.Parse("203.0.113.12"), AddressSamples.Parse("2001:db8:f::12")],
    };

    /// <summary>The families in which a gateway stands on the way.</summary>
    public int[] Guarded { get; init; } = [4, 6];

    /// <summary>Hosts that are down.</summary>
    public string[] Down { get; init; } = [];

    public Task<Seen> MakeAsync(Probe probe, CancellationToken stop)
    {
        Seen seen = new() { Look = Look.Silence, From = ground.Now, SourcePort = 40000 };
        return Task.FromResult(Guarded.Contains(VerifyGround.FamilyOf(probe.To)) ? Gateway(probe, seen) : Far(probe, seen));
    }

    private Seen Gateway(Probe probe, Seen seen)
    {
        if (ground.NextHops.Contains(probe.To)) return seen with { Look = Look.Reset };
        DomainName[] bound = [.. Hosts.Where(h => h.Value.Contains(probe.To)).Select(h => ImaginedGround.Name(h.Key)).Where(ground.Foresight.Resolves)];
        Expected expected = ground.Foresight.Of(probe, bound);
        if (expected.Permits) return Far(probe, seen);
        if (probe.IsQuestion && expected.Stage == Stage.Dns) return seen with { Look = Look.Blocked, Rule = expected.Rule.Length > 0 ? expected.Rule : "allow-core", Denial = "12345678" };
        if (probe.Protocol != 6) return seen with { Look = Look.Prohibited };
        return seen with { Look = expected.Stage == Stage.Hello ? Look.ResetLater : Look.Reset, Connected = expected.Stage == Stage.Hello };
    }

    private Seen Far(Probe probe, Seen seen)
    {
        if (probe.IsQuestion)
        {
            if (!ground.Resolvers.Contains(probe.To) || !Hosts.TryGetValue(probe.Name!.Text, out Address[]? all)) return seen with { Look = Look.NoSuchName };
            return seen with { Look = Look.Answered, Addresses = [.. all.Where(a => a.IsV6 == (probe.Type == DnsType.AAAA))] };
        }
        string? host = Hosts.FirstOrDefault(h => h.Value.Contains(probe.To)).Key;
        return host is null || Down.Contains(host) || probe.Protocol != 6 ? seen : seen with { Look = Look.Answered, Connected = true };
    }
}
