using System.Text;
using CsCheck;
using Exeat.Policy.Tests.Documents;

namespace Exeat.Policy.Tests.Packs;

/// <summary>Whatever a pack holds, including it gives a policy or problems, and listing it never throws (invariant I9).</summary>
public class HostilePackTests
{
    private const string Pack = """
        apiVersion: exeat/v1
        kind: Policy
        pack: {version: 1.0.0, why: hostile}
        parameters: {names: {default: [a, {name: b.example.com, why: w}]}, list: {default: [x, y]}, word: {default: enforce}, none: {default: []}}
        include: [{pack: inner, version: 1.0.0, with: {names: ["${names}", "${list}.example.net"]}}]
        smartGroups: {place: [{cidrs: ["${none}"]}, {class: "${list}"}]}
        webGroups: {core: {names: [{name: "${list}.s3.${word}.example.com", provider: "${word}"}, "${list}${list}.example.org"], without: ["${none}", {provider: enforce, owner: o, why: w}]}}
        rules:
        - {name: allow-core, priority: 50, from: [place], to: {names: [core]}, action: permit, mode: "${word}"}

        """;

    private static readonly string[] Splinters = ["{", "}", "[", "]", ":", "- ", "\"", "${", "${list}", "${names}", "${none}", "${word}", "\"${list}\"", ",", "include: [{pack: hostile}]\n", "pack: {version: 1.0.0, why: x}\n", "../", "/", "\n", "~", "without: ", "default: "];

    [Fact]
    public void Damaged_packs_are_problems_or_policies_but_never_exceptions()
    {
        using var folder = new TempFolder();
        folder.Write("packs/inner/policy.yaml", "apiVersion: exeat/v1\nkind: Policy\npack: {version: 1.0.0, why: inner}\nparameters: {names: {}}\nwebGroups: {inner: {names: [\"${names}\"]}}\n");
        string policy = folder.Write("policy.yaml", "apiVersion: exeat/v1\nkind: Policy\nmode: monitor\ninclude: [{pack: hostile, with: {list: [p, q]}}]\n");
        int loaded = 0;
        Gen.Select(Gen.Int[0, Pack.Length - 1], Gen.Int[0, 30], Gen.Int[0, Splinters.Length - 1], Gen.Int[0, 2]).Array[0, 5].Sample(edits =>
        {
            var text = new StringBuilder(Pack);
            foreach ((int at, int length, int splinter, int kind) in edits)
            {
                int from = Math.Min(at, text.Length);
                if (kind == 0) text.Remove(from, Math.Min(length, text.Length - from));
                else if (kind == 1) text.Insert(from, Splinters[splinter]);
                else text.Insert(from, text.ToString(from, Math.Min(length, text.Length - from)));
            }
            folder.Write("packs/hostile/policy.yaml", text.ToString());
            LoadResult result = Loading.Load(policy, packs: folder.Path + "/packs");
            Assert.True(result.Policy is not null || result.Problems.Any(problem => problem.Severity == Severity.Error));
            if (result.Policy is not null) loaded++;
            _ = PackCatalog.Read(folder.Path + "/packs");
        }, iter: 1500, threads: 1);
        Assert.True(loaded > 0, "no sample loads: the damage is too great to reach what comes after reading");
    }

    [Fact]
    public void Texts_do_not_grow_without_end()
    {
        using var folder = new TempFolder();
        string big = new('x', PackParameters.MaxText - 10), twice = "\"${big}.${big}\"";
        folder.Write("packs/hostile/policy.yaml", "apiVersion: exeat/v1\nkind: Policy\nparameters: {big: {}}\nwebGroups: {core: {names: [" + twice + ", \"" + new string('y', 1 << 20) + "${big}\"]}}\n");
        LoadResult result = Loading.Load(folder.Write("policy.yaml", $"apiVersion: exeat/v1\nkind: Policy\nmode: monitor\ninclude: [{{pack: hostile, with: {{big: {big}}}}}]\n"), packs: folder.Path + "/packs");
        Assert.Null(result.Policy);
        Assert.Contains(result.Problems, problem => problem.What.Contains($"more than {PackParameters.MaxText} characters", StringComparison.Ordinal));

        // A mapping counts with all it has.
        string wide = string.Join(", ", Enumerable.Range(0, 2000).Select(i => $"k{i}: v"));
        folder.Write("packs/hostile/policy.yaml", "apiVersion: exeat/v1\nkind: Policy\nparameters: {big: {}}\nwebGroups: {core: {names: [{name: \"${big}.example.com\", " + wide + "}]}}\n");
        string many = string.Join(", ", Enumerable.Range(0, 2000).Select(i => $"n{i}"));
        result = Loading.Load(folder.Write("policy.yaml", $"apiVersion: exeat/v1\nkind: Policy\nmode: monitor\ninclude: [{{pack: hostile, with: {{big: [{many}]}}}}]\n"), packs: folder.Path + "/packs");
        Assert.Contains(result.Problems, problem => problem.What.Contains($"more than {PackParameters.MaxItems} items", StringComparison.Ordinal));
    }
}
