using CsCheck;
using Exeat.Policy.Tests.Documents;

namespace Exeat.Policy.Tests.Packs;

/// <summary>Packs with parameters: what they bring, what no value can do, and that the version covers all of it.</summary>
public sealed class PackTests : IDisposable
{
    private const string Cloud = """
        apiVersion: exeat/v1
        kind: Policy
        parameters:
          region: {why: where the machines are, default: eu-west-1}
          resolvers: {why: whom agents ask, default: [192.0.2.53]}
        smartGroups: {resolvers: {cidrs: ["${resolvers}"]}}
        webGroups: {cloud: {names: ["sts.${region}.amazonaws.com", "logs.${region}.amazonaws.com"]}}
        rules:
        - {name: allow-dns, priority: 18, to: {groups: [resolvers]}, ports: [53], action: permit}
        - {name: allow-cloud, priority: 30, to: {names: [cloud]}, protocol: tcp, ports: [443], action: permit}

        """;

    // A pack on a pack: its own parameter is handed on.
    private const string Company = """
        apiVersion: exeat/v1
        kind: Policy
        parameters: {site: {why: which one}}
        include: [{pack: cloud, with: {region: "${site}-central-1"}}]

        """;

    private readonly TempFolder _folder = new();

    public PackTests()
    {
        _folder.Write("packs/cloud/policy.yaml", Cloud);
        _folder.Write("packs/company/policy.yaml", Company);
    }

    [Fact]
    public void Defaults_stand_in_for_what_is_not_given()
    {
        Policy policy = Load("[{pack: cloud}]").Policy!;
        Assert.Equal(["sts.eu-west-1.amazonaws.com", "logs.eu-west-1.amazonaws.com"], Names(policy));
        Assert.Equal(["192.0.2.53/32"], Cidrs(policy));
    }

    [Fact]
    public void A_list_takes_the_place_of_an_item_and_a_value_the_place_in_a_text()
    {
        Policy policy = Load("[{pack: cloud, with: {region: us-east-2, resolvers: [192.0.2.1, \"2001:db8::1\"]}}]").Policy!;
        Assert.Equal(["sts.us-east-2.amazonaws.com", "logs.us-east-2.amazonaws.com"], Names(policy));
        Assert.Equal(["192.0.2.1/32", "2001:db8::1/128"], Cidrs(policy));
    }

    [Fact]
    public void A_pack_hands_its_parameters_on() => Assert.Equal("sts.eu-central-1.amazonaws.com", Names(Load("[{pack: company, with: {site: eu}}]").Policy!)[0]);

    [Theory]
    [InlineData("[{pack: cloud, with: {region: [a, {b: c}]}}]", "a mapping, is put inside a text")]
    [InlineData("[{pack: cloud, with: {resolvers: [{a: [b]}]}}]", "the parameter resolvers is")]
    [InlineData("[{pack: cloud, with: {regoin: a}}]", "no parameter regoin")]
    [InlineData("[{pack: company}]", "needs the parameter site")]
    [InlineData("[{pack: cloud, with: {region: {a: b}}}]", "the parameter region is")]
    [InlineData("[{pack: cloud, with: {region: \"${resolvers}\"}}]", "sts.${resolvers}")]
    [InlineData("[{pack: cloud, with: {region: \"x.y}, {name: z\"}}]", "no spaces")]
    public void A_value_that_cannot_be_used_is_a_problem_with_a_place(string include, string what)
    {
        LoadResult result = Load(include);
        Assert.Null(result.Policy);
        Assert.Contains(result.Problems, p => p.Severity == Severity.Error && p.Line > 0 && (p.What + p.Remedy).Contains(what, StringComparison.Ordinal));
    }

    // Whatever the value: it becomes text at its place. No value adds a rule, a group, a key, or a name elsewhere.
    [Fact]
    public void No_value_adds_anything() =>
        Gen.String[Gen.Char[" -~"], 0, 30].Sample(value =>
        {
            string quoted = "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
            Policy? policy = Load($"[{{pack: cloud, with: {{region: {quoted}}}}}]").Policy;
            if (policy is null) return;
            Assert.Equal(["allow-dns", "allow-cloud"], policy.Rules.Select(rule => rule.Name));
            Assert.Equal(2, Names(policy).Length);
            Assert.All(Names(policy), name => Assert.EndsWith($".{value}.amazonaws.com", name, StringComparison.Ordinal));
        }, iter: 300, threads: 1); // one folder for all

    [Fact]
    public void The_version_covers_files_packs_and_parameters()
    {
        HashSet<string> versions = [];
        void Another(string include) => Assert.True(versions.Add(Load(include).Policy!.Version), "two different policies have one version");

        Another("[{pack: cloud}]");
        Another("[{pack: cloud, with: {region: us-east-2}}]");
        Another("[{pack: company, with: {site: eu}}]");
        Another("[{pack: company, with: {site: us}}]");
        _folder.Write("packs/cloud/policy.yaml", Cloud.Replace("eu-west-1", "eu-west-3", StringComparison.Ordinal));
        Another("[{pack: cloud}]");
        _folder.Write("packs/cloud/more.yaml", "apiVersion: exeat/v1\nkind: Policy\n");
        Another("[{pack: cloud}]");
        _folder.Write("packs/cloud/moved.yaml", File.ReadAllText(_folder.Path + "/packs/cloud/more.yaml"));
        File.Delete(_folder.Path + "/packs/cloud/more.yaml");
        Another("[{pack: cloud}]");
        // Control: what is not loaded, and when it was written, does not count.
        string before = Load("[{pack: cloud}]").Policy!.Version;
        _folder.Write("packs/unused/policy.yaml", Company);
        _folder.Write("packs/cloud/policy.yaml", File.ReadAllText(_folder.Path + "/packs/cloud/policy.yaml"));
        Assert.Equal(before, Load("[{pack: cloud}]").Policy!.Version);
    }

    [Fact]
    public void The_fingerprint_of_paths_sees_every_file_that_loading_reads()
    {
        string policy = _folder.Write("policy/a.yaml", "one"), packs = _folder.Path + "/packs";
        string Now() => DocumentPaths.Fingerprint([_folder.Path + "/policy", packs]);
        HashSet<string> seen = [Now()];
        _folder.Write("policy/a.yaml", "two");
        Assert.True(seen.Add(Now()));
        _folder.Write("policy/deep/b.yml", "");
        Assert.True(seen.Add(Now()));
        File.Move(policy, _folder.Path + "/policy/c.yaml");
        Assert.True(seen.Add(Now()));
        _folder.Write("packs/cloud/policy.yaml", Company);
        Assert.True(seen.Add(Now()));
        // Control: hidden files and others are not loaded.
        _folder.Write("policy/.hidden.yaml", "x");
        _folder.Write("policy/notes.txt", "x");
        Assert.False(seen.Add(Now()));
    }

    public void Dispose() => _folder.Dispose();

    private LoadResult Load(string include) =>
        Loading.Load(_folder.Write("policy.yaml", $"apiVersion: exeat/v1\nkind: Policy\nmode: enforce\ninclude: {include}\n"), packs: _folder.Path + "/packs");

    private static string[] Names(Policy policy) => [.. policy.WebGroups["cloud"].Entries.Select(entry => entry.Pattern.Text)];

    private static string[] Cidrs(Policy policy) => [.. policy.SmartGroups["resolvers"].AnyOf.SelectMany(selector => selector.Cidrs).Select(prefix => prefix.ToString())];
}
