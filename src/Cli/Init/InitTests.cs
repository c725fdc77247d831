using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>Writes the tests of a new folder from what its rules declare, not from what the evaluator says of them: the two must agree, or init fails.</summary>
internal static class InitTests
{
    // Of long lists a few names show that the rule stands; all of what was chosen by name is tested.
    private const int OfLongLists = 4;

    // One name of each kind of destination that a class may have or not.
    private static readonly string[] AlwaysAsked = ["clawhub.ai", "github.com", "pypi.org"];

    public static string Write(InitPlan plan, Policy.Policy policy)
    {
        string agent = plan.Agent, resolver = plan.Wish.Resolvers[0];
        ImmutableArray<Rule> rules = [.. policy.Rules.Where(rule => rule.Mode == RuleMode.Enforce)];
        var text = new StringBuilder();
        void Title(string title) => text.Append(CultureInfo.InvariantCulture, $"# {title}\n");
        void Test(string to, string expect, string? at = null) =>
            text.Append(CultureInfo.InvariantCulture, $"- {{agent: {agent}, to: {Yaml.Text(to)}{(at is null ? "" : $", at: {Yaml.Text(at)}")}, expect: {expect}}}\n");
        void OfRules(RuleAction action)
        {
            string word = action == RuleAction.Permit ? "permit" : "deny";
            foreach (Rule rule in rules.Where(rule => rule.Action == action && !rule.ToNames.IsEmpty && rule.ToGroups.IsEmpty && IsHttps(rule)))
            {
                int most = IsChosen(rule) ? int.MaxValue : OfLongLists;
                // Of providers one name each.
                IEnumerable<NameEntry> entries = Telling(rule).DistinctBy(entry => IsChosen(rule) ? entry.Pattern.Text : entry.Provider ?? entry.Pattern.Text);
                foreach (string name in entries.Select(entry => HostName.Sample(entry.Pattern)).Where(name => First(rules, name) == rule).Distinct().Take(most))
                    Test($"https://{name}", $"{word} by {rule.Name}");
            }
        }

        text.Append("# What must be permitted and what must be denied: exeat policy test policy --agents agents.yaml --packs packs\n");
        text.Append("# Written by exeat init from the rules; add a test with every change. AGENTS.md says how.\napiVersion: exeat/v1\nkind: Policy\ntests:\n");
        Title("Permitted: the models, what the runtime needs, channels, and of each list of the class a few.");
        OfRules(RuleAction.Permit);
        Title("Denied by name, whatever is permitted below: model providers nobody approved, and known ways out.");
        OfRules(RuleAction.Deny);
        NameEntry[] left = [.. policy.WebGroups.Values.SelectMany(group => group.Without).SelectMany(approval => approval.Entries)];
        string[] notPermitted = [.. left.Select(entry => HostName.Sample(entry.Pattern)).Where(name => First(rules, name) is null).Distinct()];
        if (notPermitted.Length > 0) Title("An approval permits nothing by itself.");
        foreach (string name in notPermitted) Test($"https://{name}", "deny by default-deny");
        Title("What this class does not permit: by its own rule, or by the default. So a name that nobody declared, also as a question alone.");
        foreach (string name in AlwaysAsked.Except(notPermitted))
        {
            if (First(rules, name) is not { } rule) Test($"https://{name}", "deny by default-deny");
            else if (rule.Action == RuleAction.Deny) Test($"https://{name}", $"deny by {rule.Name}");
        }
        Test("https://unknown-host.example", "deny by default-deny");
        Test("dns://c2VjcmV0.exfil.example", "deny by default-deny");
        Title("Names count for HTTPS alone: not for plain HTTP, other ports or literal addresses.");
        string model = plan.ModelNames[0].Name;
        Test($"http://{model}", "deny");
        Test($"tcp://{model}:22", "deny");
        Test("https://198.51.100.7", "deny by default-deny");
        Test("https://[2001:db8:ffff::7]", "deny by default-deny");
        Title("The resolver, and no other.");
        string Literal(string address) => address.Contains(':') ? $"[{address}]" : address;
        foreach (string address in plan.Wish.Resolvers) Test($"udp://{Literal(address)}:53", "permit by allow-vpc-dns-udp");
        Test($"tcp://{Literal(resolver)}:53", "permit by allow-vpc-dns-tcp");
        foreach (string address in (string[])["198.51.100.99", "[2001:db8:ffff::99]"])
        {
            Test($"udp://{address}:53", "deny by deny-dns-exfil-udp");
            Test($"tcp://{address}:53", "deny by deny-dns-exfil-tcp");
        }
        Title("Sideways, to the metadata address, and a permitted name that resolves to the inside.");
        foreach (string address in (string[])["10.99.0.1", "172.31.255.1", "192.168.99.1", "[fd00:99::1]"]) Test($"tcp://{address}:5432", "deny by deny-eastwest");
        Test("http://169.254.169.254", "deny");
        if (plan.ModelCidrs.IsEmpty) Test($"https://{model}", "deny", "10.99.0.1");
        return text.ToString();
    }

    // What is permitted is also tried for real, by exeat verify: a name made up for a wildcard may not be there.
    private static IEnumerable<NameEntry> Telling(Rule rule) =>
        rule.Action == RuleAction.Permit && rule.ToNames.Any(entry => entry.Pattern.IsExact) ? rule.ToNames.Where(entry => entry.Pattern.IsExact) : rule.ToNames;

    private static bool IsHttps(Rule rule) => rule.Protocol.Matches(6) && (rule.Ports.IsEmpty || rule.Ports.Any(range => range.Contains(443)));

    private static bool IsChosen(Rule rule) => rule.Priority is >= 40 and <= 59 or >= 71 and <= 79;

    // The first rule by names alone that is about a name over HTTPS.
    private static Rule? First(ImmutableArray<Rule> rules, string name) => NamePattern.TryParse(name, out NamePattern? pattern, out _)
        ? rules.FirstOrDefault(rule => rule.ToGroups.IsEmpty && IsHttps(rule) && rule.ToNames.Any(entry => entry.Pattern.Covers(pattern)))
        : null;
}
