using System.Text;
using Exeat.Policy.Tests.Documents;

namespace Exeat.Policy.Tests.Packs;

/// <summary>The packs of the repository, loaded as a policy would load them.</summary>
internal static class Shipped
{
    public static readonly string Directory = Repository.Path("policies");

    public static string[] Classes { get; } = [.. System.IO.Directory.EnumerateDirectories(Path.Combine(Directory, "classes")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>A policy in enforce that includes a class with its resolvers and these parameters.</summary>
    public static LoadResult Load(string @class, string with = "", string more = "") => Include($"classes/{@class}", "resolvers: [192.0.2.53, \"2001:db8::53\"]" + (with.Length > 0 ? ", " + with : ""), more);

    public static LoadResult Include(string pack, string with, string more = "")
    {
        using var folder = new TempFolder();
        return Loading.Load(folder.Write("policy.yaml", $"apiVersion: exeat/v1\nkind: Policy\nmode: enforce\ninclude: [{{pack: {pack}, with: {{{with}}}}}]\n{more}"), packs: Directory);
    }

    /// <summary>Compiled for one agent of the class (index 0), and one of another class (index 1).</summary>
    public static CompiledPolicy Compile(Policy policy, string @class) => CompiledPolicy.Compile(policy,
        Loading.Agents($"- {{id: a, class: {@class}, addresses: [192.0.2.6, \"2001:db8:a::2\"]}}\n- {{id: b, class: other, addresses: [192.0.2.7, \"2001:db8:b::2\"]}}\n").Agents!, Loading.Today);

    /// <summary>A name of the pattern: a label for each star, one more label for any depth.</summary>
    public static IEnumerable<string> Samples(Names.NamePattern pattern)
    {
        string name = (pattern.IsAnyDepth ? pattern.Text[3..] : pattern.Text).Replace("*", "q1", StringComparison.Ordinal);
        return pattern.IsAnyDepth ? [name, "deep.er." + name] : [name];
    }

    /// <summary>What becomes of a walk of agent 0: the verdict with the rule.</summary>
    public static string Try(CompiledPolicy policy, string to, string? at = null, int agent = 0)
    {
        Assert.True(DestinationText.TryParse(to, at, null, out Destination? destination, out DestinationProblem? problem), problem?.What);
        WalkStep outcome = PolicyWalk.Take(policy, agent, destination).Outcome;
        return $"{(outcome.Decision.Verdict == Verdict.Permit ? "permit" : "deny")} by {outcome.Rule}";
    }

    public static bool Matches(Names.NamePattern pattern, string name) => pattern.Matches(Encoding.ASCII.GetBytes(name));
}
