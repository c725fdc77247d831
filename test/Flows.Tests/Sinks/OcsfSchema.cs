using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Exeat.Flows.Tests;

/// <summary>Checks events against the table of the schema in <c>data</c>: required attributes, at least one of, types, enumerations; an attribute that the table does not know is a mistake.</summary>
internal sealed partial class OcsfSchema : IDisposable
{
    private readonly JsonDocument _table = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Sinks", "data", "ocsf-1.9.0.json")));

    public string Version => _table.RootElement.GetProperty("version").GetString()!;

    public List<string> Problems(byte[] line)
    {
        using JsonDocument read = JsonDocument.Parse(line);
        List<string> problems = [];
        JsonElement root = read.RootElement;
        Check("event", root, "", problems);
        string classId = root.GetProperty("class_uid").GetRawText();
        if (!_table.RootElement.GetProperty("classes").TryGetProperty(classId, out JsonElement known)) return [.. problems, $"class {classId} is not in the table"];
        int activity = root.GetProperty("activity_id").GetInt32();
        if (known.GetProperty("category").GetInt32() != root.GetProperty("category_uid").GetInt32()) problems.Add("category_uid is not that of the class");
        if (!known.GetProperty("activity").EnumerateArray().Any(value => value.GetInt32() == activity)) problems.Add($"activity_id {activity} is none of class {classId}");
        if (root.GetProperty("type_uid").GetInt32() != int.Parse(classId) * 100 + activity) problems.Add("type_uid is not class_uid * 100 + activity_id");
        Required(known, root, classId, problems);
        return problems;
    }

    public void Dispose() => _table.Dispose();

    private void Check(string type, JsonElement value, string path, List<string> problems)
    {
        JsonElement known = _table.RootElement.GetProperty("objects").GetProperty(type);
        Required(known, value, path + type, problems);
        HashSet<string> seen = [];
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (!seen.Add(property.Name)) problems.Add($"{path}{property.Name} stands twice");
            if (!known.GetProperty("attributes").TryGetProperty(property.Name, out JsonElement expected)) problems.Add($"{path}{property.Name} is no attribute of {type}");
            else Typed(expected.GetString()!, property.Value, path + property.Name, problems);
            if (known.TryGetProperty("enums", out JsonElement enums) && enums.TryGetProperty(property.Name, out JsonElement values) && !values.EnumerateArray().Any(v => v.GetInt32() == property.Value.GetInt32()))
                problems.Add($"{path}{property.Name} has the value {property.Value}, which is none of its enumeration");
        }
    }

    private static void Required(JsonElement known, JsonElement value, string what, List<string> problems)
    {
        if (known.TryGetProperty("required", out JsonElement required))
            problems.AddRange(required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{what} lacks {name}"));
        if (known.TryGetProperty("atLeastOne", out JsonElement any) && !any.EnumerateArray().Any(name => value.TryGetProperty(name.GetString()!, out _))) problems.Add($"{what} has none of {any}");
    }

    private void Typed(string type, JsonElement value, string path, List<string> problems)
    {
        bool good = type switch
        {
            "string" => value.ValueKind == JsonValueKind.String,
            "strings" => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String),
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
            "long" or "timestamp" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0,
            "port" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int port) && port is >= 0 and <= 65535,
            "ip" => value.ValueKind == JsonValueKind.String && IPAddress.TryParse(value.GetString(), out _),
            "hostname" => value.ValueKind == JsonValueKind.String && HostName().IsMatch(value.GetString()!),
            "object" => value.ValueKind == JsonValueKind.Object,
            _ => value.ValueKind == JsonValueKind.Object,
        };
        if (!good) problems.Add($"{path} is no {type}: {value}");
        else if (value.ValueKind == JsonValueKind.Object && type != "object") Check(type, value, path + ".", problems);
    }

    [GeneratedRegex(@"\A([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\z")]
    private static partial Regex HostName();
}
