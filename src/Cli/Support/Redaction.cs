using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Exeat.Cli;

/// <summary>Takes out of what leaves this machine what nobody needs for help: always agents' labels and whatever looks like a secret; names of destinations if asked.</summary>
/// <remarks>A name becomes a token that is the same throughout one bundle, so that records can still be compared; the key is thrown away.</remarks>
internal sealed partial class Redaction(bool names)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>Things taken out so far, by kind.</summary>
    public int Labels { get; private set; }

    public int Names { get; private set; }

    public int Secrets { get; private set; }

    /// <summary>One JSON object of ours, a record or a status.</summary>
    public string Json(ReadOnlyMemory<byte> line)
    {
        JsonNode? node = JsonNode.Parse(line.Span);
        if (node is JsonObject record) Walk(record);
        return Text(node?.ToJsonString() ?? "");
    }

    /// <summary>Text of documents and logs, line by line.</summary>
    public string Text(string text) => Secret().Replace(text, match =>
    {
        Secrets++;
        return match.Groups["key"].Value + "[redacted]";
    });

    private void Walk(JsonObject item)
    {
        if (item["labels"] is { } labels)
        {
            Labels += labels is JsonObject o ? o.Count : labels is JsonArray a ? a.Count : 1;
            item.Remove("labels");
        }
        foreach ((string key, JsonNode? value) in item.ToArray())
        {
            if (value is JsonObject inner) Walk(inner);
            else if (value is JsonArray list)
                foreach (JsonObject entry in list.OfType<JsonObject>()) Walk(entry);
            else if (names && key == "name" && value is JsonValue text && text.TryGetValue(out string? name)) item[key] = Token(name);
        }
    }

    private string Token(string name)
    {
        Names++;
        return "name-" + Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(name)).AsSpan(0, 6));
    }

    // No document of ours has a place for a secret; people put them into comments, descriptions and commands all the same.
    [GeneratedRegex("""(?<key>(?:password|passwd|secret|token|api[-_]?key|authorization|bearer|private[-_]?key)["']?\s*[:= ]\s*["']?(?:bearer\s+)?)[^\s"',}]+""", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
