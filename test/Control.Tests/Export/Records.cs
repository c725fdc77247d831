using System.Globalization;
using Exeat.Flows;

namespace Exeat.Control.Tests.Export;

/// <summary>Records of tests.</summary>
internal static class Records
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static FlowEvent Permit(int number) => new()
    {
        Raw = default,
        Id = string.Create(CultureInfo.InvariantCulture, $"gw-1/1/{number}"),
        Flow = string.Create(CultureInfo.InvariantCulture, $"0195529a-7b80-7000-8000-{number:x12}"),
        Event = "decision",
        Time = Noon,
        Gateway = "gw-1",
        Agent = "coding-1",
        Class = "coding",
        Source = "192.0.2.2",
        Destination = "203.0.113.5",
        Port = 443,
        Protocol = "tcp",
        Names = [new FlowName("api.example.org", "sni")],
        Stage = "hello",
        Rule = "allow-core",
        Reason = "permitted-by-rule",
        Verdict = "permit",
        Mode = "enforce",
        Enforced = true,
    };

    public static FlowEvent Deny(int number, string reason = "denied-by-rule", string rule = "shadow-model-deny") => Permit(number) with { Verdict = "deny", Reason = reason, Rule = rule };
}
