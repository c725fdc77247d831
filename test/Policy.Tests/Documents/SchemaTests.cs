using System.Collections.Immutable;
using System.Text.Json;

namespace Exeat.Policy.Tests.Documents;

/// <summary>The published schemas and the loaders know the same keys and words, and agree on every example.</summary>
public class SchemaTests
{
    public static TheoryData<int> ShapeNumbers => [.. Enumerable.Range(0, Shapes.All.Length)];

    public static TheoryData<string> Examples => [.. ExampleFiles().Select(path => Path.GetRelativePath(Repository.Root, path))];

    [Theory]
    [MemberData(nameof(ShapeNumbers))]
    public void A_mapping_has_the_same_keys_in_schema_and_loader(int number)
    {
        (DocumentKind kind, Shape shape) = Shapes.All[number];
        JsonElement definition = new MiniSchema(kind).Root.GetProperty("$defs").GetProperty(shape.Name);

        Assert.Equal(shape.Keys.Order(StringComparer.Ordinal), definition.GetProperty("properties").EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
        string[] required = definition.TryGetProperty("required", out JsonElement list) ? [.. list.EnumerateArray().Select(key => key.GetString()!)] : [];
        Assert.Equal(shape.Required.Order(StringComparer.Ordinal), required.Order(StringComparer.Ordinal));
        Assert.Equal(JsonValueKind.False, definition.GetProperty("additionalProperties").ValueKind);
    }

    [Fact]
    public void Every_definition_with_keys_is_a_shape_of_the_loader()
    {
        foreach (DocumentKind kind in Enum.GetValues<DocumentKind>())
        {
            IEnumerable<string> closed = new MiniSchema(kind).Root.GetProperty("$defs").EnumerateObject()
                .Where(definition => definition.Value.TryGetProperty("properties", out _)).Select(definition => definition.Name);
            Assert.Equal(Shapes.All.Where(entry => entry.Kind == kind).Select(entry => entry.Shape.Name).Order(StringComparer.Ordinal), closed.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Every_table_of_words_is_the_same_in_schema_and_loader()
    {
        SameWords("mode", Words.Mode.All);
        SameWords("ruleMode", Words.RuleMode.All);
        SameWords("action", Words.Action.All);
        SameWords("log", Words.Log.All);
        SameWords("proof", Words.Proof.All);
        SameWords("nameTier", Words.NameTier.All);
    }

    [Fact]
    public void Every_limit_has_the_same_range_in_schema_and_loader()
    {
        JsonElement properties = new MiniSchema(DocumentKind.Gateway).Root.GetProperty("$defs").GetProperty("limits").GetProperty("properties");
        foreach ((string key, int min, int max, _, _) in GatewayLimitKeys.All)
        {
            Assert.Equal(min, properties.GetProperty(key).GetProperty("minimum").GetInt32());
            Assert.Equal(max, properties.GetProperty(key).GetProperty("maximum").GetInt32());
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_that_loads_is_valid_by_its_schema(string example)
    {
        string path = Repository.Path(example);
        var problems = new ProblemList();
        ImmutableArray<YamlNode> roots = YamlReader.Read(path, File.ReadAllText(path), problems);
        Assert.False(problems.HasErrors);
        Assert.NotEmpty(roots);
        foreach (YamlNode root in roots)
            Assert.Equal([], new MiniSchema(Enum.Parse<DocumentKind>(root.Find("kind")!.Text!)).Validate(root));
    }

    [Fact]
    public void A_wrong_key_word_or_type_is_not_valid_by_the_schema()
    {
        foreach (string body in new[] { "mode: montior", "colour: blue", "rules: x", "rules: [{name: a, priority: 1}]", "webGroups: {a: {names: [{nam: x}]}}" })
        {
            YamlNode root = Assert.Single(YamlReader.Read("f", "apiVersion: exeat/v1\nkind: Policy\n" + body, new ProblemList()));
            Assert.NotEmpty(new MiniSchema(DocumentKind.Policy).Validate(root));
        }
    }

    private static void SameWords<T>(string definition, ImmutableArray<(string Word, T Value)> words) =>
        Assert.Equal(words.Select(entry => entry.Word), new MiniSchema(DocumentKind.Policy).Root.GetProperty("$defs").GetProperty(definition).GetProperty("enum").EnumerateArray().Select(word => word.GetString()!));

    private static IEnumerable<string> ExampleFiles()
    {
        IEnumerable<string> cases = Directory.EnumerateDirectories(Repository.Path("test", "Policy.Tests", "cases"))
            .Where(folder => File.Exists(Path.Combine(folder, "attempts.txt")) || Path.GetFileName(folder) is "guardrails" or "expired" or "model-providers")
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.yaml"));
        string policies = Repository.Path("policies");
        return Directory.Exists(policies) ? cases.Concat(Directory.EnumerateFiles(policies, "*.yaml", SearchOption.AllDirectories)) : cases;
    }
}
