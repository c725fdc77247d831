using System.Text.Json;

namespace Exeat.Gateway.Kernel;

/// <summary>
/// Connection tracking helpers that somebody else's rules assign to agents' connections (K3): a helper reads what the agent says and expects connections of its choosing. What it expects passes here by
/// no mark, but it is parsed by the kernel, and translated where addresses are: the gateway does not begin beside one.
/// </summary>
internal static class ForeignExpectations
{
    private static readonly string[] Ours = [TrafficRuleset.Table, DropRuleset.Table];

    /// <summary>Throws <see cref="GatewayFailure"/> naming each chain whose rule assigns a helper to what comes from an agent; <paramref name="ruleset"/> is nft's JSON.</summary>
    public static void Refuse(string ruleset, IReadOnlyCollection<string> inside)
    {
        using JsonDocument document = JsonDocument.Parse(ruleset);
        List<string> found = [];
        foreach (JsonElement entry in document.RootElement.GetProperty("nftables").EnumerateArray())
        {
            if (entry.TryGetProperty("rule", out JsonElement rule) && !Ours.Contains(rule.GetProperty("table").GetString()) && Assigns(rule) && Concerns(rule, inside))
                found.Add($"{rule.GetProperty("family").GetString()} {rule.GetProperty("table").GetString()} {rule.GetProperty("chain").GetString()}");
        }
        if (found.Count > 0)
            throw new GatewayFailure(3, $"connection tracking helpers are assigned by {string.Join(", ", found.Distinct())}; limit those rules by iifname to interfaces that are not inside ({string.Join(", ", inside)}), or take them away");
    }

    private static bool Assigns(JsonElement rule) => rule.GetProperty("expr").EnumerateArray().Any(statement => statement.TryGetProperty("ct helper", out _));

    // A rule that names where packets come from concerns only those; one that names none, or says so in a way that is not read here, concerns agents.
    private static bool Concerns(JsonElement rule, IReadOnlyCollection<string> inside)
    {
        foreach (JsonElement statement in rule.GetProperty("expr").EnumerateArray())
        {
            if (!statement.TryGetProperty("match", out JsonElement match) || match.GetProperty("op").GetString() != "==" || match.GetProperty("right").ValueKind != JsonValueKind.String) continue;
            if (match.GetProperty("left").TryGetProperty("meta", out JsonElement meta) && meta.GetProperty("key").GetString() == "iifname")
                return inside.Contains(match.GetProperty("right").GetString());
        }
        return true;
    }
}
