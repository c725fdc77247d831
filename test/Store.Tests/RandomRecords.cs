using Exeat.Names;

namespace Exeat.Store.Tests;

/// <summary>Records of two gateways over three days: flows that change their mind, counted lines, notes; names, rules and agents also such as a hostile agent or a careless person would choose.</summary>
internal sealed class RandomRecords(int seed)
{
    public static readonly string[] Words =
    [
        "a", "coding-1", "allow-core", "'; DROP TABLE flows_1; --", "%", "_", "\\", "\n", "$v0", "a\tsni\nb", "\u202e", "\"x\"", "*", "", "ünïcode", "0",
    ];

    public static readonly string[] Names = ["www.example.org", "example.org", "a.b.example.org", "x.example.net", "evil'); --", "tab\tname", "*.example.org", "EXAMPLE.org"];

    private static readonly string[] Addresses = ["192.0.2.1", "192.0.2.77", "203.0.113.5", "2001:db8::1", "2001:db8:1::2", "::ffff:192.0.2.1"];

    private readonly Random _random = new(seed);
    private readonly Dictionary<string, long> _sequences = [];
    private readonly List<(string Gateway, string Flow, DateTimeOffset Time)> _flows = [];

    /// <summary>The next line, and the gateway that delivers it.</summary>
    public (string Gateway, byte[] Line) Next()
    {
        string gateway = Pick("gw-1", "gw-2");
        DateTimeOffset time = Lines.Start.AddMinutes(_random.Next(-2000, 2000)).AddMilliseconds(_random.Next(5000));
        string kind = Pick("decision", "decision", "update", "end", "counted", "note");
        string? flow = null;
        if (kind != "note")
        {
            if (_flows.Count > 0 && _random.Next(3) > 0)
            {
                (gateway, flow, DateTimeOffset began) = _flows[_random.Next(_flows.Count)];
                time = began.AddSeconds(_random.Next(-5, 4000));
            }
            else
            {
                flow = _random.Next(4) == 0 ? Guid.NewGuid().ToString() : Lines.Flow(time);
                _flows.Add((gateway, flow, time));
            }
        }
        string key = $"{gateway}/{_random.Next(1, 3)}";
        long sequence = _sequences[key] = _sequences.GetValueOrDefault(key) + _random.Next(1, 3);
        var fields = new List<(string, object?)>();
        void Maybe(string field, Func<object?> value)
        {
            if (_random.Next(4) > 0) fields.Add((field, value()));
        }
        Maybe("agent", () => Pick(Words));
        Maybe("class", () => Pick("coding", "support", "'"));
        Maybe("labels", () => new Dictionary<string, string> { [Pick(Words)] = Pick(Words) });
        Maybe("src", () => Pick(Addresses));
        Maybe("dst", () => Pick(Addresses));
        Maybe("port", () => _random.Next(440, 445));
        Maybe("protocol", () => Pick("tcp", "udp"));
        Maybe("names", () => Enumerable.Range(0, _random.Next(3)).Select(_ => new { name = Pick(Names), source = Pick("sni", "binding", "question") }).ToArray());
        if (kind is "decision" or "counted")
        {
            fields.Add(("verdict", Pick("permit", "deny", "pending")));
            fields.Add(("enforced", _random.Next(2) == 0));
        }
        Maybe("rule", () => Pick(Words));
        Maybe("reason", () => Pick("default-deny", "permitted-by-rule"));
        Maybe("proof", () => Pick("dns", "dns+sni"));
        Maybe("stage", () => Pick("dns", "hello"));
        Maybe("mode", () => Pick("monitor", "enforce"));
        Maybe("policy", () => Pick("p1", "p2"));
        if (_random.Next(3) == 0) fields.Add(("would", new { verdict = Pick("permit", "deny"), rule = Pick(Words) }));
        if (_random.Next(3) == 0) fields.Add(("monitored", new { verdict = "deny", rule = Pick(Words) }));
        if (kind is "update" or "end") fields.AddRange([("bytesOut", _random.Next(1000)), ("bytesIn", _random.Next(100_000)), ("durationMs", 5)]);
        if (kind is "counted" or "note") fields.Add(("count", _random.Next(1, 50)));
        return (gateway, new Lines().Add($"{key}/{sequence}", flow, kind == "note" ? "counted" : kind, time, [.. fields]).Bytes[..^1]);
    }

    public FlowFilter Filter()
    {
        var filter = new FlowFilter();
        int conditions = _random.Next(1, 3);
        for (int i = 0; i < conditions; i++)
        {
            filter = _random.Next(19) switch
            {
                0 => filter with { Since = Lines.Start.AddMinutes(_random.Next(-1500, 1500)) },
                1 => filter with { Until = Lines.Start.AddMinutes(_random.Next(-1500, 1500)) },
                2 => filter with { Gateways = [Pick("gw-1", "gw-3", "'")] },
                3 => filter with { Agents = [Pick(Words), Pick(Words)] },
                4 => filter with { Classes = [Pick("coding", "'")] },
                5 => filter with { Labels = [new(Pick(Words), Pick(Words)), new(Pick(Words), Pick(Words))] },
                6 => filter with { Names = [Pick(Names)] },
                7 => filter with { Names = [Pick("*.example.org", "**.example.org", "w*.example.*", "**.org", "*')")] },
                8 => filter with { Sources = [Prefix("192.0.2.0/24"), Prefix("2001:db8::/48")] },
                9 => filter with { Destinations = [Prefix(Pick("0.0.0.0/0", "2001:db8::/32", "::/0", "203.0.113.5"))] },
                10 => filter with { Ports = [_random.Next(440, 445), 444] },
                11 => filter with { Rules = [Pick(Words), Pick(Words)] },
                12 => filter with { Verdicts = [Pick("permit", "deny", "would-deny", "pending", "note")] },
                13 => filter with { Would = ["deny"], Reasons = ["default-deny", "'"] },
                14 => filter with { Proofs = ["dns"], Protocols = ["tcp"] },
                15 => filter with { Stages = ["hello"], Modes = [Pick("monitor", "enforce")] },
                16 => filter with { MinBytes = _random.Next(50_000) },
                17 => filter with { From = [new ResolvedGroup([Pick(Words)], [Prefix("192.0.2.64/26")])], PolicyVersions = ["p1"] },
                _ => filter with { Flows = [_flows.Count > 0 ? Pick([.. _flows.Select(flow => flow.Flow)]) : "x", Pick(Words)] },
            };
        }
        return filter;
    }

    public T Pick<T>(params T[] from) => from[_random.Next(from.Length)];

    public int Below(int most) => _random.Next(most);

    public void Shuffle<T>(T[] all) => _random.Shuffle(all);

    public static Names.Prefix Prefix(string text) => Exeat.Names.Prefix.TryParse(text, out Names.Prefix prefix) ? prefix : throw new ArgumentException(text);
}
