using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Exeat.Policy.Tests.Documents;

/// <summary>Validates our YAML nodes against a JSON Schema, for the keywords that our schemas use. An unknown keyword fails, so that none is passed over.</summary>
internal sealed class MiniSchema(DocumentKind kind)
{
    private readonly JsonElement _root = JsonDocument.Parse(DocumentSchemas.Text(kind)).RootElement;

    public JsonElement Root => _root;

    /// <summary>What is wrong; empty when the node is valid.</summary>
    public List<string> Validate(YamlNode node)
    {
        List<string> errors = [];
        Check(_root, node, "", errors);
        return errors;
    }

    private void Check(JsonElement schema, YamlNode node, string at, List<string> errors)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            JsonElement value = keyword.Value;
            bool fine = keyword.Name switch
            {
                "$schema" or "$id" or "title" or "description" or "$defs" => true,
                "$ref" => Follow(value, node, at, errors),
                "type" => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Any(type => Is(node, type.GetString()!)) : Is(node, value.GetString()!),
                "const" => node.Text == Text(value),
                "enum" => value.EnumerateArray().Any(word => Text(word) == node.Text),
                "pattern" => node.Text is null || Regex.IsMatch(node.Text, value.GetString()!),
                "minimum" => !Number(node, out double least) || least >= value.GetDouble(),
                "maximum" => !Number(node, out double most) || most <= value.GetDouble(),
                "minItems" => !node.IsList || node.Items.Length >= value.GetInt32(),
                "uniqueItems" => !node.IsList || node.Items.Select(item => item.Text).Distinct().Count() == node.Items.Length,
                "items" => Each(node.IsList ? node.Items : [], (item, i) => Check(value, item, $"{at}/{i}", errors)),
                "minProperties" => !node.IsMap || node.Entries.Length >= value.GetInt32(),
                "required" => !node.IsMap || value.EnumerateArray().All(key => node.Find(key.GetString()!) is not null),
                "propertyNames" => Each(node.IsMap ? [.. node.Entries.Select(entry => entry.Key)] : [], (key, _) => Check(value, key, at, errors)),
                "properties" => Properties(value, node, at, errors),
                "additionalProperties" => Additional(schema, value, node, at, errors),
                "anyOf" => value.EnumerateArray().Any(choice => Holds(choice, node)),
                _ => throw new NotSupportedException("keyword " + keyword.Name),
            };
            if (!fine) errors.Add($"{at}: {keyword.Name}");
        }
    }

    private bool Holds(JsonElement schema, YamlNode node)
    {
        List<string> errors = [];
        Check(schema, node, "", errors);
        return errors.Count == 0;
    }

    private bool Follow(JsonElement reference, YamlNode node, string at, List<string> errors)
    {
        Check(_root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]), node, at, errors);
        return true;
    }

    private bool Properties(JsonElement properties, YamlNode node, string at, List<string> errors)
    {
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            if (node.Find(property.Name) is { } value) Check(property.Value, value, $"{at}/{property.Name}", errors);
        }
        return true;
    }

    private bool Additional(JsonElement schema, JsonElement rule, YamlNode node, string at, List<string> errors)
    {
        if (!node.IsMap) return true;
        var others = node.Entries.Where(entry => !(schema.TryGetProperty("properties", out JsonElement known) && known.TryGetProperty(entry.Key.Text!, out _))).ToList();
        if (rule.ValueKind == JsonValueKind.False) return others.Count == 0;
        foreach ((YamlNode key, YamlNode value) in others) Check(rule, value, $"{at}/{key.Text}", errors);
        return true;
    }

    private static bool Each(IEnumerable<YamlNode> nodes, Action<YamlNode, int> check)
    {
        int i = 0;
        foreach (YamlNode node in nodes) check(node, i++);
        return true;
    }

    // Types as in YAML 1.2's core schema, as editors resolve them.
    private static bool Is(YamlNode node, string type) => type switch
    {
        "object" => node.IsMap,
        "array" => node.IsList,
        "null" => node.IsNull,
        "boolean" => node.IsPlain && node.Text is "true" or "false",
        "integer" => node.IsPlain && long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) || node.IsPlain && node.Text?.StartsWith("0x", StringComparison.Ordinal) == true,
        "number" => Number(node, out _),
        "string" => node.IsScalar && !(node.IsNull || Is(node, "boolean") || Number(node, out _)),
        _ => throw new NotSupportedException(type),
    };

    private static bool Number(YamlNode node, out double number)
    {
        number = 0;
        if (!node.IsPlain || node.Text is not { Length: > 0 } text) return false;
        if (text.StartsWith("0x", StringComparison.Ordinal) && uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint hex))
        {
            number = hex;
            return true;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
