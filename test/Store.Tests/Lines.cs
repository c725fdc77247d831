using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Exeat.Store.Tests;

/// <summary>Makes lines as a journal has them.</summary>
internal sealed class Lines
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly StringBuilder _text = new();

    public byte[] Bytes => Encoding.UTF8.GetBytes(_text.ToString());

    /// <summary>A UUIDv7 that stands for this moment.</summary>
    public static string Flow(DateTimeOffset time) => Guid.CreateVersion7(time).ToString();

    public Lines Raw(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    public Lines Add(string id, string? flow, string kind, DateTimeOffset time, params (string Key, object? Value)[] fields)
    {
        var line = new Dictionary<string, object?> { ["v"] = 1, ["id"] = id };
        if (flow is not null) line["flow"] = flow;
        line["event"] = kind;
        line["time"] = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        line["gateway"] = id.Split('/')[0];
        foreach ((string key, object? value) in fields) line[key] = value;
        return Raw(JsonSerializer.Serialize(line));
    }

    public Lines Decision(string id, string flow, DateTimeOffset time, string verdict, params (string Key, object? Value)[] fields) => Add(id, flow, "decision", time,
        [("agent", "coding-1"), ("class", "coding"), ("src", "192.0.2.2"), ("srcPort", 40001), ("dst", "203.0.113.5"), ("protocol", "tcp"), ("port", 443), ("stage", "hello"),
            ("rule", verdict == "permit" ? "allow-core" : "default-deny"), ("reason", verdict == "permit" ? "permitted-by-rule" : "default-deny"), ("verdict", verdict), ("mode", "enforce"), ("enforced", true), .. fields]);

    public static object Names(params string[] names) => names.Select(name => new { name, source = "sni" }).ToArray();
}
