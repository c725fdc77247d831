using System.Collections.Frozen;
using System.Collections.Immutable;
using CsCheck;
using Exeat.Names;

namespace Exeat.Policy.Tests.Compile;

/// <summary>Policies, agents and attempts of a world so small that rules meet often.</summary>
public static class RandomPolicies
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Groups = ["g0", "g1", "g2", "g3"];
    private static readonly Gen<DateTimeOffset?> Expiry = Gen.Frequency((8, Gen.Const((DateTimeOffset?)null)), (1, Gen.Const((DateTimeOffset?)Now)), (1, Gen.Const((DateTimeOffset?)Now.AddDays(1))));

    private static readonly Gen<string> Name = Gen.Select(Gen.OneOf("a", "b", "ab").Array[0, 3], labels => string.Concat(labels.Select(l => l + ".")) + "o.org");

    private static readonly Gen<NamePattern> Pattern = Gen.Select(Gen.Int[0, 3], Gen.OneOf("a", "b", "*", "a*", "*b").Array[0, 3],
        (deep, labels) => Read((deep == 0 ? "**." : "") + string.Concat(labels.Select(l => l + ".")) + "o.org"));

    private static readonly Gen<Address> Address = Gen.Select(Gen.Bool, Gen.Int[0, 7],
        (v4, host) => v4 ? Names.Address.V4(0xC6336400u + (uint)host) : Names.Address.V6((UInt128)0x20010DB8u << 96 | (UInt128)host));

    private static readonly Gen<Prefix> Cidr = Gen.Select(Address, Gen.OneOf(0, 29, 30, 31, 32), (address, length) => Prefix.Of(address, address.Width - 32 + length));

    private static readonly Gen<GroupSelector> Selector = Gen.Select(Gen.Int[0, 3], Cidr.Array[1, 3], Gen.OneOf("coding", "support"), Gen.OneOf("x", "y"),
        (kind, cidrs, @class, label) => kind switch
        {
            0 => new GroupSelector { Cidrs = [.. cidrs] },
            1 => new GroupSelector { Classes = [@class] },
            2 => new GroupSelector { Cidrs = [.. cidrs], Labels = [new LabelSelector("team", [label])] },
            _ => new GroupSelector { Agents = ["agent-0", "agent-1"], Classes = [@class] },
        });

    private static readonly Gen<PortRange> Ports = Gen.Select(Gen.OneOf(0, 22, 80, 443, 65535), Gen.OneOf(0, 22, 80, 443, 65535),
        (a, b) => new PortRange((ushort)Math.Min(a, b), (ushort)Math.Max(a, b)));

    private static readonly Gen<NameEntry> Entry = Gen.Select(Pattern, Expiry, (pattern, expires) => new NameEntry { Pattern = pattern, Group = "w", Expires = expires });

    private static readonly Gen<Rule> RuleGen = Gen.Select(
        Gen.Select(Gen.Bool, Gen.Frequency((8, 0), (2, 1), (1, 2)), Expiry, Gen.Bool),
        Gen.Select(SomeOf(Gen.OneOf(Groups), 2), SomeOf(Gen.OneOf(Groups), 2), Gen.Frequency((1, Entry.Array[0, 0]), (2, Entry.Array[1, 3])), SomeOf(Pattern, 2), Gen.Int[0, 7]),
        Gen.Select(Gen.OneOf(RuleProtocol.Any, RuleProtocol.Tcp, RuleProtocol.Udp, RuleProtocol.Icmp, RuleProtocol.Of(132)), SomeOf(Ports, 2)),
        (kind, ends, transport) => new Rule
        {
            Name = "r",
            Priority = 0,
            Action = kind.Item1 ? RuleAction.Permit : RuleAction.Deny,
            Mode = (RuleMode)kind.Item2,
            Expires = kind.Item3,
            Proof = kind.Item1 && kind.Item4 && ends.Item3.Length > 0 ? Proof.Dns : null,
            From = [.. ends.Item1],
            ToGroups = [.. ends.Item2],
            ToNames = [.. ends.Item3],
            // Without a name among them, groups of names that are all empty.
            ToWebGroups = ends.Item5 == 0 ? ["w"] : [],
            Resolve = kind.Item1 ? [.. ends.Item4] : [],
            Protocol = transport.Item1,
            Ports = [.. transport.Item2],
        });

    private static readonly Gen<AgentDocument> AgentGen = Gen.Select(Gen.OneOf("coding", "support", ""), Gen.OneOf("x", "y", ""), Address.Array[0, 2], Gen.Int[0, 9],
        (@class, team, addresses, quarantine) => new AgentDocument
        {
            Id = "",
            Class = @class,
            Labels = team.Length == 0 ? [] : [new("team", team)],
            Addresses = [.. addresses],
            Quarantined = quarantine == 0,
        });

    public static readonly Gen<AgentsDocument> Agents = Gen.Select(AgentGen.Array[1, 3],
        agents => new AgentsDocument { Hash = "agents", Agents = [.. agents.Select((agent, i) => agent with { Id = $"agent-{i}" })] });

    /// <summary>One rule, to be put anywhere by <see cref="With"/>.</summary>
    public static readonly Gen<Rule> AnyRule = RuleGen;

    public static readonly Gen<Policy> AnyPolicy = Gen.Select(
        RuleGen.Array[0, 7],
        Gen.Select(Gen.Frequency((1, Selector.Array[0, 0]), (6, Selector.Array[1, 2])), Gen.Int[0, 3]).Array[Groups.Length],
        Gen.Bool, Gen.Int[0, 3],
        (rules, groups, monitor, permit) => Number(new Policy
        {
            Version = "test",
            Mode = monitor ? Mode.Monitor : Mode.Enforce,
            Default = permit == 0 ? RuleAction.Permit : RuleAction.Deny,
            Rules = [.. rules],
            SmartGroups = groups.Select((g, i) => new SmartGroup
            {
                Name = Groups[i],
                AnyOf = [.. g.Item1],
                Mode = g.Item2 switch { 0 => Mode.Monitor, 1 => Mode.Enforce, _ => null },
            }).ToFrozenDictionary(g => g.Name),
        }));

    public static readonly Gen<Try> Attempts = Gen.Select(
        Gen.Select(Gen.Int[-1, 3], Gen.OneOf(Stage.Dns, Stage.FirstPacket, Stage.Hello, Stage.Request)),
        Gen.OneOf<byte>(6, 6, 6, 17, 1, 58, 132, 47),
        Gen.OneOf<ushort>(0, 22, 80, 81, 443, 443, 443, 65535),
        Address, Name, Gen.Int[0, 4], SomeOf(Name, 3),
        (who, protocol, port, to, name, claim, bound) => new Try
        {
            Agent = who.Item1,
            Stage = who.Item2,
            Protocol = protocol,
            Port = port,
            To = to,
            Name = claim == 0 && who.Item2 != Stage.Dns ? null : claim <= 2 && bound.Length > 0 ? bound[0] : name,
            Bound = [.. bound.Distinct()],
        });

    /// <summary>The policy with one more rule at a place.</summary>
    public static Policy With(Policy policy, int place, Rule rule) => Number(policy with { Rules = policy.Rules.Insert(place % (policy.Rules.Length + 1), rule) });

    public static NamePattern Read(string text) => NamePattern.TryParse(text, out NamePattern? pattern, out PatternProblem? problem)
        ? pattern
        : throw new ArgumentException(problem.What, nameof(text));

    public static string Print(Policy policy, AgentsDocument agents, Try attempt)
    {
        IEnumerable<string> groups = policy.SmartGroups.Values.Select(g => $"{g.Name} {g.Mode}: " + string.Join(" or ", g.AnyOf.Select(s =>
            $"cidrs[{string.Join(' ', s.Cidrs)}] classes[{string.Join(' ', s.Classes)}] ids[{string.Join(' ', s.Agents)}] labels[{string.Join(' ', s.Labels.Select(l => l.Values[0]))}]")));
        IEnumerable<string> rules = policy.Rules.Select(r =>
            $"{r.Priority} {r.Action} {r.Mode} exp {r.Expires:d} proof {r.Proof} from[{string.Join(' ', r.From)}] to[{string.Join(' ', r.ToGroups)}] " +
            $"{(r is { StatesNames: true, ToNames.IsEmpty: true } ? "empty " : "")}names[{string.Join(' ', r.ToNames.Select(n => n.Pattern.Text + (n.IsExpired(Now) ? "(expired)" : "")))}] resolve[{string.Join(' ', r.Resolve)}] {r.Protocol} [{string.Join(' ', r.Ports)}]");
        IEnumerable<string> who = agents.Agents.Select(a => $"{a.Id} {a.Class} [{string.Join(' ', a.Addresses)}] {string.Join(' ', a.Labels)}");
        return string.Join('\n', [$"mode {policy.Mode} default {policy.Default}", .. groups, .. rules, .. who, attempt.ToString()]);
    }

    private static Gen<T[]> SomeOf<T>(Gen<T> gen, int most) => Gen.Frequency((3, gen.Array[0, 0]), (2, gen.Array[1, most]));

    private static Policy Number(Policy policy) => policy with { Rules = [.. policy.Rules.Select((rule, i) => rule with { Name = $"rule-{i + 1}", Priority = 10 * (i + 1) })] };
}
