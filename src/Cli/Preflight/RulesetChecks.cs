using System.Text.Json;
using Exeat.Linux;
using Exeat.Names;

namespace Exeat.Cli;

/// <summary>Other firewalls: what in anybody else's tables takes packets away from our chains, or touches our bits of the marks.</summary>
internal static class RulesetChecks
{
    private static readonly string[] OurHooks = ["prerouting", "forward", "input", "output"];

    /// <summary>Checks the ruleset of this namespace; null when it cannot be looked at.</summary>
    public static (IReadOnlyList<Check> Checks, bool GatewayRuns)? All(Ground ground)
    {
        try
        {
            using var nftables = new Nftables();
            using var routing = new PolicyRouting();
            string json = nftables.ListJson();
            bool runs = Tables(json).Any(t => t.Family == "inet" && t.Name == Api.LockNames.DataTable);
            return ([.. OfRuleset(json, ground.MarkMask, [.. ground.Inside.Select(l => l.Name)]), .. OfRouting(routing.ListRules(), ground.MarkMask), Legacy()], runs);
        }
        catch (Exception refused) when (refused is KernelException or DllNotFoundException)
        {
            return null;
        }
    }

    internal static IEnumerable<Check> OfRuleset(string json, uint markMask, IReadOnlyCollection<string> inside)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var reading = new RulesetReading(markMask);
        foreach (JsonElement entry in document.RootElement.GetProperty("nftables").EnumerateArray()) reading.Take(entry);

        string[] dropping = [.. reading.Chains.Where(c => c.Hook == "forward" && c.Policy == "drop").Select(c => c.Where)];
        yield return Check.That("other firewalls: forward policy", dropping.Length == 0, Outcome.Warn, dropping.Length == 0 ? "none drops by default" : $"{string.Join(", ", dropping)} drops what its own rules do not accept, also what we permit",
            inside.Count == 0 ? "accept the agents' interfaces there" : $"accept there what comes from and goes to {string.Join(", ", inside)} (with Docker: iptables -I DOCKER-USER -i {inside.First()} -j ACCEPT; the same with -o, and with ip6tables)");
        string[] hooked = [.. reading.Chains.Where(c => OurHooks.Contains(c.Hook)).Select(c => c.Where).Except(dropping)];
        yield return Check.That("other firewalls: at our hooks", hooked.Length == 0, Outcome.Warn, hooked.Length == 0 ? "none" : $"{string.Join(", ", hooked.Take(6))}{(hooked.Length > 6 ? $" and {hooked.Length - 6} more" : "")}",
            "nothing, when they are meant: their drops count beside ours, their accepts never replace ours. Whatever flushes the ruleset must not run while agents do");
        yield return Of("mark users: set", reading.MarkSetters, Outcome.Fail, $"our bits 0x{markMask:x} of the mark are overwritten: permitted flows are dropped or judged again", "choose another markMask in the gateway document, or a mask in that rule");
        yield return Of("mark users: compare", reading.MarkReaders, Outcome.Warn, $"compared with bits that include ours (0x{markMask:x})", "give that rule a mask that leaves our bits out, or choose another markMask");
        yield return Of("tracking", reading.Untracked, Outcome.Fail, "takes packets out of connection tracking, without which nothing is permitted", "limit notrack to interfaces that are not inside or outside");
        yield return Of("flowtables", reading.Offloads, Outcome.Fail, "flows that it takes over no longer pass any forward rule: a policy change does not end them", "limit the flow statement to interfaces that are not inside");
        yield return Of("rewriting", reading.Rewriters, Outcome.Warn, "changes destinations before we judge them, where it comes first", "limit it to interfaces that are not inside");
        yield return Of("helpers", reading.Helpers, Outcome.Warn, "assigns connection tracking helpers, which expect connections of their own", "limit it to interfaces that are not inside");
    }

    internal static IEnumerable<Check> OfRouting(IEnumerable<RoutingRule> rules, uint markMask)
    {
        RoutingRule[] all = [.. rules];
        string[] users = [.. all.Where(r => r.Preference != Api.LockNames.RulePreference && (r.MarkMask & markMask) != 0).Select(r => $"pref {r.Preference} ({(r.IsV6 ? "IPv6" : "IPv4")}, fwmark 0x{r.MarkValue:x}/0x{r.MarkMask:x})")];
        yield return Check.That("mark users: routing rules", users.Length == 0, Outcome.Warn, users.Length == 0 ? "none uses our bits" : string.Join(", ", users), "choose another markMask in the gateway document, or a mask in that rule that leaves our bits out");
        string[] before = [.. all.Where(r => r.Preference is > 0 and < Api.LockNames.RulePreference).Select(r => $"pref {r.Preference} ({(r.IsV6 ? "IPv6" : "IPv4")})").Distinct()];
        yield return Check.That("routing rules before ours", before.Length == 0, Outcome.Warn, before.Length == 0 ? "none" : $"{string.Join(", ", before)}: what they route does not meet the second lock", $"give them a preference above {Api.LockNames.RulePreference}");
    }

    private static Check Legacy()
    {
        string[] tables = [.. ((string[])["/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"]).Where(File.Exists).SelectMany(ReadLines).Where(l => l.Length > 0).Distinct()];
        return Check.That("legacy iptables", tables.Length == 0, Outcome.Warn, tables.Length == 0 ? "none" : $"tables {string.Join(", ", tables)} are in use beside nftables, and are not looked at here", "iptables-legacy-save shows them; move them to nftables");
    }

    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return [];
        }
    }

    private static Check Of(string name, IReadOnlyCollection<string> where, Outcome otherwise, string what, string remedy) =>
        Check.That(name, where.Count == 0, otherwise, where.Count == 0 ? "none" : $"{string.Join(", ", where.Distinct().Take(6))}: {what}", remedy);

    private static IEnumerable<(string Family, string Name)> Tables(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        foreach (JsonElement entry in document.RootElement.GetProperty("nftables").EnumerateArray())
            if (entry.TryGetProperty("table", out JsonElement table)) yield return (table.GetProperty("family").GetString() ?? "", table.GetProperty("name").GetString() ?? "");
    }
}
