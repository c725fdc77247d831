using CsCheck;

namespace Exeat.Flows.Tests;

/// <summary>Events as the worst gateway could write them: any text in any field.</summary>
internal static class HostileEvents
{
    private static readonly string[] Worst =
    [
        "=HYPERLINK(\"http://evil.example\")", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r\n<13>1 - - - - - - forged", "a\nb", "\"]\\", "x\"] [forged@1 a=\"b\"]", "\u202egpj.exe", "\u001b[2J", "\0", "\u0085\u2028\u2029",
        "',\"\",", "\"", "\\", "</script><script>alert(1)</script>", "é\u0301", "\ud83d\ude00", "{\"a\":1}", "${jndi:ldap://x}", "%s%n", "a b", " ", "name.example", "192.0.2.1", "2001:db8::1", "192.0.2", new string('x', 5000), "",
    ];

    private static readonly Gen<string> Text = Gen.OneOf(OneOf(Worst), Gen.String[Gen.Char, 0, 60]);

    private static readonly Gen<string?> Maybe = Gen.Bool.SelectMany(given => given ? Text.Select(text => (string?)text) : Gen.Const((string?)null));

    private static readonly Gen<FlowName> Name = Gen.Select(Text, OneOf(["question", "sni", "host", "binding", "cname", "odd \"] kind"]), (name, source) => new FlowName(name, source));

    private static readonly Gen<string?[]> Texts = Maybe.Array[20];

    public static Gen<FlowEvent> Event { get; } = Gen.Select(Texts, Name.Array[0, 40], Gen.Select(Text, Text).Array[0, 5], Gen.Long[0, long.MaxValue].Array[8], Gen.Int[0, 4], Gen.Bool, Make);

    private static Gen<string> OneOf(string[] texts) => Gen.Int[0, texts.Length - 1].Select(at => texts[at]);

    private static FlowEvent Make(string?[] texts, FlowName[] names, (string, string)[] labels, long[] numbers, int kind, bool enforced) => new()
    {
        Raw = "{}"u8.ToArray(),
        Id = texts[0] ?? "gw/1/1",
        Flow = texts[1],
        Event = kind switch { 0 => "decision", 1 => "update", 2 => "end", 3 => "counted", _ => texts[2] ?? "newer" },
        Time = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(numbers[0] % TimeSpan.TicksPerDay),
        Gateway = texts[3],
        Agent = texts[4],
        Class = texts[5],
        Labels = [.. labels.Select(label => KeyValuePair.Create(label.Item1, label.Item2))],
        Source = texts[6],
        SourcePort = (int)(numbers[1] % 100_000),
        Destination = texts[7],
        Protocol = enforced ? "tcp" : texts[8],
        Port = (int)(numbers[2] % 100_000),
        Names = names,
        Proof = texts[9],
        Caveat = texts[10],
        Stage = enforced ? "dns" : texts[11],
        Rule = texts[12],
        Reason = texts[13],
        Verdict = kind == 0 ? "deny" : texts[14],
        Mode = texts[15],
        Enforced = enforced,
        Would = texts[16] is null ? null : new FlowOutcome(texts[16]!, texts[17] ?? ""),
        Monitored = texts[17] is null ? null : new FlowOutcome("deny", texts[17]!),
        Denial = texts[18],
        Policy = texts[19],
        BytesOut = numbers[3],
        BytesIn = numbers[4],
        PacketsOut = numbers[5],
        DurationMs = numbers[6] % int.MaxValue,
        Count = Math.Max(1, numbers[7]),
        End = texts[2],
        Note = texts[10],
    };
}
