using Exeat.Policy.Tests.Documents;

namespace Exeat.Policy.Tests.Packs;

/// <summary>Lists as parameters: empty ones, flat mappings in them, and one item for each value.</summary>
public sealed class PackListTests : IDisposable
{
    private const string Pack = """
        apiVersion: exeat/v1
        kind: Policy
        parameters: {names: {default: []}, buckets: {default: []}, regions: {default: [eu-west-1]}, approved: {default: []}, switch: {default: enforce}, cidrs: {default: []}}
        smartGroups: {place: {cidrs: ["${cidrs}"]}}
        webGroups:
          site: {names: [always.example.com, "${names}"]}
          store: {names: [{name: "${buckets}.s3.eu-west-1.amazonaws.com", why: "the bucket ${buckets}", tier: site}, "${buckets}.store.example.com"]}
          models: {names: [{name: api.one.example, provider: one}], without: ["${approved}"]}
        rules:
        - {name: deny-models, priority: 10, to: {names: [models]}, action: deny}
        - {name: allow-site, priority: 20, to: {names: [site]}, action: permit, mode: "${switch}"}
        - {name: allow-store, priority: 30, to: {names: [store]}, action: permit}
        - {name: allow-place, priority: 40, to: {groups: [place]}, protocol: tcp, ports: [443], action: permit}

        """;

    private readonly TempFolder _folder = new();

    public PackListTests() => _folder.Write("packs/lists/policy.yaml", Pack);

    [Fact]
    public void Empty_lists_leave_nothing_behind()
    {
        Policy policy = Load("").Policy!;
        Assert.Equal(["always.example.com"], Names(policy, "site"));
        Assert.Empty(Names(policy, "store"));
        Assert.Empty(policy.SmartGroups["place"].AnyOf);
        Assert.Equal([true, true, false, false], policy.Rules.Select(policy.CanMatch));
    }

    [Fact]
    public void A_name_entry_as_a_value_keeps_owner_why_tier_and_expiry()
    {
        NameEntry entry = Load("names: [a.example.com, {name: b.example.com, owner: sec, why: docs, tier: exception, provider: acme, expires: 2027-01-31}]").Policy!.WebGroups["site"].Entries[2];
        Assert.Equal(("b.example.com", "sec", "docs", NameTier.Exception, "acme"), (entry.Pattern.Text, entry.Owner, entry.Why, entry.Tier, entry.Provider));
        Assert.NotNull(entry.Expires);
    }

    [Fact]
    public void A_list_inside_an_items_text_makes_an_item_of_each_value()
    {
        Policy policy = Load("buckets: [one, two]").Policy!;
        Assert.Equal(["one.s3.eu-west-1.amazonaws.com", "two.s3.eu-west-1.amazonaws.com", "one.store.example.com", "two.store.example.com"], Names(policy, "store"));
        Assert.Equal("the bucket two", policy.WebGroups["store"].Entries[1].Why);
        Assert.Equal(["solo.s3.eu-west-1.amazonaws.com", "solo.store.example.com"], Names(Load("buckets: solo").Policy!, "store"));
    }

    [Fact]
    public void A_parameter_switches_a_rule()
    {
        Assert.Equal(RuleMode.Enforce, Load("").Policy!.Rules[1].Mode);
        Assert.Equal(RuleMode.Off, Load("switch: off, buckets: [b]").Policy!.Rules[1].Mode);
        Assert.Contains("did you mean enforce?", Load("switch: enforced").Problems.OnlyError().Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void An_approval_as_a_value_is_told_from_where_it_is_written()
    {
        Assert.Equal("one", Assert.Single(Load("approved: [{provider: one, owner: o, why: w}]").Policy!.WebGroups["models"].Without).Provider);
        Problem problem = Load("approved: [{provider: uno, owner: o, why: w}]").Problems.OnlyError();
        Assert.EndsWith("/policy.yaml", problem.File, StringComparison.Ordinal);
        Assert.DoesNotContain("packs/", problem.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("names: [{name: a.example.com, colour: blue}]", "the key colour is not known")]
    [InlineData("names: [{name: [a.example.com]}]", "the parameter names is")]
    [InlineData("names: {name: a.example.com}", "the parameter names is")]
    [InlineData("names: [a.example.com, [b.example.com]]", "the parameter names is")]
    [InlineData("names: [~]", "the parameter names is")]
    [InlineData("names: [{name: ~}]", "the parameter names is")]
    [InlineData("buckets: [{a: b}]", "a mapping, is put inside a text")]
    [InlineData("names: [always.example.com]", "twice")]
    public void A_value_in_the_wrong_form_is_a_problem(string with, string what) =>
        Assert.Contains(Load(with).Problems, p => p.Severity == Severity.Error && p.What.Contains(what, StringComparison.Ordinal));

    [Fact]
    public void Two_lists_inside_one_text_make_an_item_of_each_pair()
    {
        _folder.Write("packs/lists/policy.yaml", Pack.Replace("\"${buckets}.store.example.com\"", "\"${buckets}.${regions}.example.com\"", StringComparison.Ordinal));
        Assert.Equal(["a.r.example.com", "a.s.example.com", "b.r.example.com", "b.s.example.com"], Names(Load("buckets: [a, b], regions: [r, s]").Policy!, "store")[2..]);
        Assert.Empty(Names(Load("buckets: [], regions: [r, s]").Policy!, "store"));
        Assert.Single(Names(Load("buckets: [a], regions: []").Policy!, "store"));
    }

    [Fact]
    public void A_list_where_no_item_is_made_of_it_is_a_problem()
    {
        _folder.Write("packs/lists/policy.yaml", Pack.Replace("mode: \"${switch}\"", "to: {names: [\"${switch}\"]}, why: \"${names}\"", StringComparison.Ordinal));
        Assert.Contains(Load("names: [a.example.com]").Problems, p => p.Severity == Severity.Error);
    }

    // A list on a list multiplies, and is bounded.
    [Fact]
    public void Lists_do_not_multiply_without_end()
    {
        string many = string.Join(", ", Enumerable.Repeat("\"${names}\"", 1500));
        _folder.Write("packs/lists/policy.yaml", Pack.Replace("\"${names}\"", many, StringComparison.Ordinal));
        LoadResult result = Load($"names: [{string.Join(", ", Enumerable.Repeat("x", 1500))}]");
        Assert.Null(result.Policy);
        Assert.Contains(result.Problems, p => p.What.Contains($"more than {PackParameters.MaxItems} items", StringComparison.Ordinal));

        string text = "\"" + string.Concat(Enumerable.Range(0, 12).Select(i => $"${{l{i}}}")) + ".example.com\"", lists = string.Join(", ", Enumerable.Range(0, 12).Select(i => $"l{i}: {{default: [{string.Join(", ", Enumerable.Repeat("x", 30))}]}}"));
        _folder.Write("packs/lists/policy.yaml", Pack.Replace("\"${names}\"", text, StringComparison.Ordinal).Replace("parameters: {", $"parameters: {{{lists}, ", StringComparison.Ordinal));
        Assert.Contains(Load("").Problems, p => p.What.Contains($"more than {PackParameters.MaxItems} items", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private LoadResult Load(string with) => Loading.Load(
        _folder.Write("policy.yaml", $"apiVersion: exeat/v1\nkind: Policy\nmode: enforce\ninclude: [{{pack: lists, with: {{{with}}}}}]\n"), packs: _folder.Path + "/packs");

    private static string[] Names(Policy policy, string group) => [.. policy.WebGroups[group].Entries.Select(entry => entry.Pattern.Text)];
}
