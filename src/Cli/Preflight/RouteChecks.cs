using System.Globalization;
using Exeat.Linux;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>The ways in and out: default routes by the outside interface, inside addresses that agents can have as their next hop, and the way back to each agent.</summary>
internal static class RouteChecks
{
    public static IEnumerable<Check> All(Ground ground)
    {
        bool hasV6 = Directory.Exists("/proc/sys/net/ipv6");
        yield return Check.That("IPv6", hasV6, Outcome.Warn, hasV6 ? "is there" : "this kernel has none: agents have IPv4 only", "boot without ipv6.disable=1");
        if (ground.Gateway is not { } gateway) yield break;
        yield return Default("IPv4", gateway, DefaultsV4("/proc/net/route"), Outcome.Fail);
        if (hasV6) yield return Default("IPv6", gateway, DefaultsV6("/proc/net/ipv6_route"), Outcome.Warn);
        foreach (Link link in ground.Inside)
        {
            bool v4 = ground.Addresses.Any(a => a.Interface == link.Index && !a.IsV6), v6 = ground.Addresses.Any(a => a.Interface == link.Index && a.IsV6 && (a.Bits >> 118) != 0x3fa);
            string families = (v4, v6) switch { (true, true) => "IPv4 and IPv6", (true, false) => "IPv4 only", (false, true) => "IPv6 only", _ => "none" };
            yield return Check.That($"address of {link.Name}", v4 || v6, Outcome.Fail, families + ((v4 && v6) || !(v4 || v6) ? "" : ": agents there have one family"), $"ip address add ADDRESS/PREFIX dev {link.Name}; agents have it as their default route");
        }
        foreach (AgentDocument agent in ground.Agents?.Agents ?? []) yield return WayBack(ground, agent);
    }

    private static Check Default(string family, GatewayDocument gateway, IReadOnlyList<string> by, Outcome without)
    {
        string v6 = family == "IPv6" ? " -6" : "";
        if (by.FirstOrDefault(gateway.Inside.Contains) is { } inside) return new Check($"{family} default route", Outcome.Fail, $"goes by {inside}, which is inside: an agent would be the way out", $"ip{v6} route del default dev {inside}");
        return Check.That($"{family} default route", by.Contains(gateway.Outside), without, by.Count == 0 ? "none" : $"by {string.Join(", ", by.Distinct())}", $"ip{v6} route add default via ROUTER dev {gateway.Outside}");
    }

    private static Check WayBack(Ground ground, AgentDocument agent)
    {
        int index = ground.Inside.FirstOrDefault(l => l.Name == agent.Interface)?.Index ?? 0;
        Address[] away = [.. agent.Addresses.Where(address => !ground.Addresses.Any(a => a.Interface == index && a.IsV6 == address.IsV6 && SamePrefix(a, address)))];
        return Check.That($"way to {agent.Id}", away.Length == 0, Outcome.Warn, away.Length == 0 ? $"by {agent.Interface}" : $"{string.Join(", ", away)}: no prefix of {agent.Interface} has it",
            $"ip address add … dev {agent.Interface}, or ip route add ADDRESS dev {agent.Interface}");
    }

    private static bool SamePrefix(LinkAddress own, Address other)
    {
        int width = own.IsV6 ? 128 : 32;
        if (own.PrefixLength == 0) return true;
        int shift = width - own.PrefixLength;
        return own.Bits >> shift == other.Bits >> shift;
    }

    // proc(5): Iface Destination Gateway Flags RefCnt Use Metric Mask …; Flags bit 9 is a reject route.
    internal static IReadOnlyList<string> DefaultsV4(string file) => [.. Rows(file).Skip(1).Where(f => f.Length > 7 && f[1] == "00000000" && f[7] == "00000000" && (Hex(f[3]) & 0x200) == 0).Select(f => f[0])];

    // destination, its length, source, its length, next hop, metric, counters, flags, device.
    internal static IReadOnlyList<string> DefaultsV6(string file) => [.. Rows(file).Where(f => f.Length > 9 && f[1] == "00" && f[0].All(c => c == '0') && (Hex(f[8]) & 0x200) == 0 && f[9] != "lo").Select(f => f[9])];

    private static IEnumerable<string[]> Rows(string file) => File.Exists(file) ? File.ReadLines(file).Select(line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)) : [];

    private static uint Hex(string text) => uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint value) ? value : 0;
}
