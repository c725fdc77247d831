using System.Collections.Frozen;
using Exeat.Names;

namespace Exeat.Policy.Tests.Compile;

/// <summary>Short ways to write policies in tests.</summary>
internal static class Policies
{
    public static readonly DateTimeOffset Now = RandomPolicies.Now;

    public static readonly Address Public = Parse("203.0.113.7"), Private = Parse("10.1.2.3"), PublicV6 = Parse("2001:db8::7"), PrivateV6 = Parse("fd00::3");

    /// <summary>Two agents, coding-1 (index 0) and support-1 (index 1), and the groups coders, private and public.</summary>
    public static CompiledPolicy Of(params Rule[] rules) => Of(Mode.Enforce, rules);

    public static CompiledPolicy Of(Mode mode, params Rule[] rules) => CompiledPolicy.Compile(Checked(mode, rules), Agents(), Now);

    public static Policy Checked(Mode mode, params Rule[] rules) => new()
    {
        Version = "test",
        Mode = mode,
        Rules = [.. rules.Select((rule, i) => rule with { Priority = 10 * (i + 1) })],
        SmartGroups = new SmartGroup[]
        {
            new() { Name = "coders", AnyOf = [new GroupSelector { Classes = ["coding"] }] },
            new() { Name = "private", AnyOf = [new GroupSelector { Cidrs = [Cidr("10.0.0.0/8"), Cidr("fd00::/8")] }] },
            new() { Name = "public", AnyOf = [new GroupSelector { Cidrs = [Cidr("203.0.113.0/24"), Cidr("2001:db8::/32")] }] },
        }.ToFrozenDictionary(group => group.Name),
    };

    public static AgentsDocument Agents() => new()
    {
        Hash = "agents",
        Agents =
        [
            new AgentDocument { Id = "coding-1", Class = "coding", Addresses = [Parse("10.64.1.2"), Parse("fd64:1::2")], Labels = [new("team", "a"), new("env", "dev")] },
            new AgentDocument { Id = "support-1", Class = "support", Addresses = [Parse("10.64.2.2"), Parse("fd64:2::2")] },
        ],
    };

    public static Rule Permit(string name, params string[] names) => Rule(name, RuleAction.Permit, names);

    public static Rule Deny(string name, params string[] names) => Rule(name, RuleAction.Deny, names);

    public static NameEntry Entry(string pattern, DateTimeOffset? expires = null) =>
        new() { Pattern = RandomPolicies.Read(pattern), Group = "names", Expires = expires };

    public static Rule To(this Rule rule, params string[] groups) => rule with { ToGroups = [.. groups] };

    public static Rule Tcp(this Rule rule, params ushort[] ports) =>
        rule with { Protocol = RuleProtocol.Tcp, Ports = [.. ports.Select(port => new PortRange(port, port))] };

    public static Address Parse(string text) => Address.TryParse(text, out Address address) ? address : throw new ArgumentException(text, nameof(text));

    private static Prefix Cidr(string text) => Prefix.TryParse(text, out Prefix prefix) ? prefix : throw new ArgumentException(text, nameof(text));

    private static Rule Rule(string name, RuleAction action, string[] names) =>
        new() { Name = name, Priority = 0, Action = action, ToNames = [.. names.Select(n => Entry(n))] };
}
