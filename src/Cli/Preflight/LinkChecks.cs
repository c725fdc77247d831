using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>The interfaces, and whatever lets packets go round netfilter's hooks: programs on links, bridges, siblings on one lower link.</summary>
internal static class LinkChecks
{
    private static readonly string[] Siblings = ["macvlan", "macvtap", "ipvlan", "ipvtap"];

    public static IEnumerable<Check> All(Ground ground)
    {
        if (ground.Gateway is not { } gateway) yield break;
        foreach (string name in gateway.Inside.Append(gateway.Outside))
        {
            Link? link = ground.Links.FirstOrDefault(l => l.Name == name);
            if (link is null) yield return new Check($"interface {name}", Outcome.Fail, "does not exist", $"create it before the gateway starts (ip link add {name} …), or correct the gateway document");
            else yield return Check.That($"interface {name}", link.IsUp, Outcome.Warn, link.IsUp ? "is up" : "is down", $"ip link set {name} up");
        }
        foreach (Link link in ground.Inside)
            foreach (Check check in Bypasses(ground, link)) yield return check;
    }

    private static IEnumerable<Check> Bypasses(Ground ground, Link link)
    {
        yield return Check.That($"XDP on {link.Name}", !link.HasXdp, Outcome.Fail, link.HasXdp ? "a program sees packets before every rule and can send them on by itself" : "none", $"ip link set {link.Name} xdp off");
        string? classifier = ground.Disciplines.FirstOrDefault(d => d.Interface == link.Index && d.Kind is "clsact" or "ingress").Kind;
        yield return Check.That($"tc on {link.Name}", classifier is null, Outcome.Warn, classifier is null ? "none" : $"{classifier}: its filters see packets before every rule and can redirect them",
            $"tc filter show dev {link.Name} ingress; tc qdisc del dev {link.Name} {classifier}");
        if (link.Master != 0)
        {
            string master = ground.Links.FirstOrDefault(l => l.Index == link.Master)?.Name ?? $"number {link.Master}";
            yield return new Check($"bridge of {link.Name}", Outcome.Fail, $"is a port of {master}: packets are seen as {master}'s, and no rule for {link.Name} meets them", $"name {master} as inside interface, or: ip link set {link.Name} nomaster");
        }
        if (link.Kind == "bridge") yield return Bridge(ground, link);
        string[] others = [.. ground.Links.Where(l => l.Lower == link.Index && Siblings.Contains(l.Kind)).Select(l => $"{l.Name} ({l.Kind})")];
        if (others.Length > 0 || Siblings.Contains(link.Kind))
        {
            yield return new Check($"siblings of {link.Name}", Outcome.Warn, others.Length > 0 ? $"{string.Join(", ", others)} share it" : $"is itself a {link.Kind}: siblings on its lower link reach each other without passing here",
                "give each agent a veth pair of its own");
        }
    }

    // Ports of one bridge speak to each other below the IP layer.
    private static Check Bridge(Ground ground, Link bridge)
    {
        string[] ports = [.. ground.Links.Where(l => l.Master == bridge.Index).Select(l => l.Name)];
        bool filtered = Sysctl.Read("net.bridge.bridge-nf-call-iptables") == "1" && Sysctl.Read("net.bridge.bridge-nf-call-ip6tables") == "1";
        return Check.That($"bridge {bridge.Name}", ports.Length < 2, Outcome.Fail,
            ports.Length < 2 ? $"{ports.Length} port" : $"{ports.Length} ports ({string.Join(", ", ports.Take(8))}) reach each other without passing any rule of the gateway{(filtered ? "; br_netfilter is on, which is not enough: the data path judges routed packets" : "")}",
            string.Join("; ", ports.Take(8).Select(p => $"bridge link set dev {p} isolated on")) + $" (then the gateway is their only neighbour), or one bridge for each agent");
    }
}
