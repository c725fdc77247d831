using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Exeat.Api.Control;

namespace Exeat.Link.Tests;

/// <summary>The messages between link and control, as their first release wrote them: read and written alike for ever, and a neighbouring release's are read too.</summary>
public sealed class MessageTests
{
    public static TheoryData<string> Messages => [.. Types.Keys];

    private static Dictionary<string, JsonTypeInfo> Types { get; } = new()
    {
        ["link-report"] = LinkJson.Default.LinkReport,
        ["desired-state"] = LinkJson.Default.DesiredState,
        ["bundle-content"] = LinkJson.Default.BundleContent,
        ["enrol-request"] = LinkJson.Default.EnrolRequest,
        ["renew-request"] = LinkJson.Default.RenewRequest,
        ["certificate-answer"] = LinkJson.Default.CertificateAnswer,
        ["records-answer"] = LinkJson.Default.RecordsAnswer,
        ["report-answer"] = LinkJson.Default.ReportAnswer,
        ["link-refusal"] = LinkJson.Default.LinkRefusal,
    };

    [Theory, MemberData(nameof(Messages))]
    public void What_was_written_once_is_read_and_written_the_same(string name)
    {
        string golden = Golden(name);
        object read = JsonSerializer.Deserialize(golden, Types[name])!;
        JsonNode written = JsonNode.Parse(JsonSerializer.Serialize(read, Types[name]))!;
        Assert.True(Has(written, JsonNode.Parse(golden)!), $"something of the message is gone or renamed:\n{written}");
    }

    [Theory, MemberData(nameof(Messages))]
    public void Fields_of_the_next_release_are_passed_over(string name)
    {
        JsonNode golden = JsonNode.Parse(Golden(name))!;
        AddEverywhere(golden);
        object read = JsonSerializer.Deserialize(golden.ToJsonString(), Types[name])!;
        Assert.True(Has(JsonNode.Parse(JsonSerializer.Serialize(read, Types[name]))!, JsonNode.Parse(Golden(name))!));
    }

    [Fact]
    public void Every_message_has_its_golden() =>
        Assert.Equal(Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order(), Types.Keys.Order());

    [Fact]
    public void A_token_is_read_as_it_was_written_and_nothing_else_is()
    {
        EnrolmentToken token = EnrolmentToken.Make("gw-1", new string('a', 64));
        Assert.Equal(token, EnrolmentToken.Read(token + "\n"));
        string text = token.ToString();
        for (int i = 0; i < text.Length; i++) Assert.Null(EnrolmentToken.Read(text[..i]));
        Assert.Null(EnrolmentToken.Read(text + "0"));
        Assert.Null(EnrolmentToken.Read(text.Replace("exeat-enrol-1", "exeat-enrol-2", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("policy/../../etc/passwd.yaml"), InlineData("/policy/a.yaml"), InlineData("policy/.hidden.yaml"), InlineData("policy//a.yaml"), InlineData("agents/a.yaml"), InlineData("policy/a.sh")]
    [InlineData("policy\\a.yaml"), InlineData("policy/a\n.yaml"), InlineData("policy.yaml"), InlineData("packs/./a.yaml"), InlineData("state.json")]
    public void A_bundle_whose_paths_lead_elsewhere_is_none(string path) =>
        Assert.NotNull(new BundleContent([new BundleFile("policy/policy.yaml", ""), new BundleFile(path, "")]).Problem());

    [Fact]
    public void A_bundles_name_is_what_it_holds_in_any_order()
    {
        var one = new BundleContent([new BundleFile("policy/a.yaml", "a"), new BundleFile("packs/b.yaml", "b")]);
        Assert.Null(one.Problem());
        Assert.Equal(one.Hash(), new BundleContent([one.Files[1], one.Files[0]]).Hash());
        Assert.NotEqual(one.Hash(), new BundleContent([new BundleFile("policy/a.yaml", "b"), new BundleFile("packs/b.yaml", "a")]).Hash());
        Assert.NotNull(new BundleContent([new BundleFile("policy/a.yaml", "a"), new BundleFile("policy/a.yaml/b.yaml", "b")]).Problem());
    }

    [Fact]
    public void Neighbours_understand_each_other_and_nobody_else()
    {
        Assert.True(LinkProtocol.Understands(LinkProtocol.Current));
        Assert.True(LinkProtocol.Understands(LinkProtocol.Current + 1));
        Assert.False(LinkProtocol.Understands(LinkProtocol.Current + 2));
        Assert.False(LinkProtocol.Understands(0));
    }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "goldens");

    private static string Golden(string name) => File.ReadAllText(Path.Combine(Folder, name + ".json"));

    // Whether all of the smaller one is in the larger one.
    private static bool Has(JsonNode? larger, JsonNode? smaller) => (larger, smaller) switch
    {
        (JsonObject all, JsonObject some) => some.All(member => all.ContainsKey(member.Key) && Has(all[member.Key], member.Value)),
        (JsonArray all, JsonArray some) => all.Count == some.Count && all.Zip(some).All(pair => Has(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(larger, smaller),
    };

    private static void AddEverywhere(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (JsonNode? item in list) AddEverywhere(item);
        }
        if (node is not JsonObject map) return;
        foreach ((_, JsonNode? value) in map.ToArray()) AddEverywhere(value);
        map["ofTheNextRelease"] = new JsonObject { ["deep"] = new JsonArray(1, "two") };
    }
}
