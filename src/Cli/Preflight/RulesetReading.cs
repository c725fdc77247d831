using System.Text.Json;

namespace Exeat.Cli;

/// <summary>Collects from nft's JSON what matters of tables that are not ours (libnftables-json(5)).</summary>
internal sealed class RulesetReading(uint markMask)
{
    public List<(string Where, string Hook, string Policy)> Chains { get; } = [];

    public List<string> MarkSetters { get; } = [];

    public List<string> MarkReaders { get; } = [];

    public List<string> Untracked { get; } = [];

    public List<string> Offloads { get; } = [];

    public List<string> Rewriters { get; } = [];

    public List<string> Helpers { get; } = [];

    public void Take(JsonElement entry)
    {
        if (entry.TryGetProperty("chain", out JsonElement chain) && chain.TryGetProperty("hook", out JsonElement hook) && Where(chain, "name") is { } where)
        {
            Chains.Add((where, hook.GetString() ?? "", Text(chain, "policy")));
        }
        else if (entry.TryGetProperty("rule", out JsonElement rule) && Where(rule, "chain") is { } at && rule.TryGetProperty("expr", out JsonElement statements))
        {
            foreach (JsonElement statement in statements.EnumerateArray())
                foreach (JsonProperty part in Parts(statement)) Statement(at, part);
        }
    }

    private void Statement(string where, JsonProperty statement)
    {
        switch (statement.Name)
        {
            case "mangle" when IsMark(statement.Value.GetProperty("key")) && (Changed(statement.Value.GetProperty("value")) & markMask) != 0:
                MarkSetters.Add(where);
                break;
            case "match" when (Compared(statement.Value.GetProperty("left")) & markMask) != 0:
                MarkReaders.Add(where);
                break;
            // iptables' own matches and targets: their masks are not told here.
            case "xt" when Text(statement.Value, "name") is "MARK" or "CONNMARK":
                MarkSetters.Add($"{where} (iptables {Text(statement.Value, "name")})");
                break;
            case "xt" when Text(statement.Value, "name") is "mark" or "connmark":
                MarkReaders.Add($"{where} (iptables {Text(statement.Value, "name")})");
                break;
            case "notrack":
                Untracked.Add(where);
                break;
            case "flow":
                Offloads.Add(where);
                break;
            case "dnat" or "redirect" or "tproxy":
                Rewriters.Add(where);
                break;
            case "ct helper":
                Helpers.Add(where);
                break;
        }
    }

    // The bits that a new value of the mark does not take over from the old one.
    private static uint Changed(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number) return uint.MaxValue;
        if (IsMark(value)) return 0;
        if (Binary(value) is not { } operation || operation.Right.ValueKind != JsonValueKind.Number) return uint.MaxValue;
        uint number = Number(operation.Right), left = Changed(operation.Left);
        return operation.Sign switch { "&" => left | ~number, "|" or "^" => left | number, _ => uint.MaxValue };
    }

    private static uint Compared(JsonElement left)
    {
        if (IsMark(left)) return uint.MaxValue;
        return Binary(left) is { Sign: "&" } operation && IsMark(operation.Left) ? Number(operation.Right) : 0;
    }

    private static bool IsMark(JsonElement expression) =>
        Parts(expression).Any(part => part.Name is "meta" or "ct" && part.Value.ValueKind == JsonValueKind.Object && Text(part.Value, "key") == "mark");

    private static (string Sign, JsonElement Left, JsonElement Right)? Binary(JsonElement value)
    {
        foreach (JsonProperty part in Parts(value))
            if (part.Value.ValueKind == JsonValueKind.Array && part.Value.GetArrayLength() == 2) return (part.Name, part.Value[0], part.Value[1]);
        return null;
    }

    private static uint Number(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetUInt32(out uint number) ? number : uint.MaxValue;

    private static string? Where(JsonElement item, string name)
    {
        string family = Text(item, "family"), table = Text(item, "table");
        return Ground.IsOurs(family, table) ? null : $"{family} {table} {Text(item, name)}";
    }

    private static string Text(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";

    private static IEnumerable<JsonProperty> Parts(JsonElement element) => element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];
}
