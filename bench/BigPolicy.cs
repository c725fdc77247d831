using System.Collections.Frozen;
using System.Text;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Bench;

/// <summary>The policy of the promise: 100,000 names, 10,000 prefixes, 1,000 rules; five agents of five classes.</summary>
internal static class BigPolicy
{
    public const int Names = 100_000, Prefixes = 10_000, Rules = 1_000;

    private static readonly string[] Classes = ["locked-down", "coding", "research", "support", "regulated"];

    public static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Every tenth rule denies, every fifth is by address; the others permit a hundred names and more each.</summary>
    public static Policy.Policy Make()
    {
        int byName = Rules - (Rules / 5), namesEach = Names / byName, prefixesEach = Prefixes / (Rules / 5);
        var groups = new List<SmartGroup>();
        foreach (string @class in Classes) groups.Add(new SmartGroup { Name = @class, AnyOf = [new GroupSelector { Classes = [@class] }] });
        var rules = new List<Rule>();
        for (int r = 0; r < Rules; r++)
        {
            bool isAddress = r % 5 == 4;
            string destination = $"net-{r}";
            if (isAddress)
            {
                Prefix[] prefixes = [.. Enumerable.Range(0, prefixesEach).Select(i => PrefixAt((r / 5 * prefixesEach) + i))];
                groups.Add(new SmartGroup { Name = destination, AnyOf = [new GroupSelector { Cidrs = [.. prefixes] }] });
            }
            rules.Add(new Rule
            {
                Name = $"rule-{r}",
                Priority = r,
                Action = r % 10 == 0 ? RuleAction.Deny : RuleAction.Permit,
                From = r % 3 == 0 ? [] : [Classes[r % Classes.Length]],
                ToGroups = isAddress ? [destination] : [],
                ToNames = isAddress ? [] : [.. Enumerable.Range(0, namesEach).Select(i => EntryAt(r, i))],
                Protocol = RuleProtocol.Tcp,
                Ports = [new PortRange(443, 443)],
            });
        }
        return new Policy.Policy { Version = "bench", Mode = Mode.Enforce, Rules = [.. rules], SmartGroups = groups.ToFrozenDictionary(group => group.Name) };
    }

    public static AgentsDocument Agents() => new()
    {
        Hash = "bench",
        Agents = [.. Classes.Select((name, i) => new AgentDocument { Id = $"{name}-1", Class = name, Addresses = [Address.V4(0x0A400002u + ((uint)i << 8))] })],
    };

    /// <summary>The i-th name of a rule, as an agent would ask for it.</summary>
    public static string NameAt(int rule, int i) => $"h{i}.zone{rule % 100}.example{rule}.com";

    public static DomainName Bind(string name) => DomainName.FromCanonical(Encoding.ASCII.GetBytes(name));

    private static NameEntry EntryAt(int rule, int i)
    {
        string text = (i % 20) switch { 0 => $"**.deep{i}.example{rule}.com", 1 => $"*.wide{i}.example{rule}.com", 2 => $"a{i}-*.example{rule}.com", _ => NameAt(rule, i) };
        return NamePattern.TryParse(text, out NamePattern? pattern, out _)
            ? new NameEntry { Pattern = pattern, Group = "names" }
            : throw new InvalidOperationException(text);
    }

    private static Prefix PrefixAt(int i) => i % 2 == 0
        ? Prefix.Of(Address.V4(0x0B000000u + ((uint)i << 9)), 24)
        : Prefix.Of(Address.V6(((UInt128)0x20010DB8u << 96) + ((UInt128)(uint)i << 72)), 56);
}
