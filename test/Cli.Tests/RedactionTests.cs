using System.Text;
using System.Text.Json;
using CsCheck;

namespace Exeat.Cli.Tests;

/// <summary>What leaves the machine in a support bundle.</summary>
public sealed class RedactionTests
{
    private const string Record = """{"v":1,"agent":"coding-1","labels":{"owner":"somebody","team":"red"},"names":[{"name":"a.example","source":"sni"},{"name":"b.example","source":"binding"}],"rule":"r","note":{"labels":["x"]}}""";

    [Fact]
    public void Labels_go_wherever_they_are_and_names_stay_unless_asked()
    {
        var redaction = new Redaction(names: false);
        string text = redaction.Json(Encoding.UTF8.GetBytes(Record));
        Assert.DoesNotContain("labels", text);
        Assert.DoesNotContain("somebody", text);
        Assert.Contains("a.example", text);
        Assert.Equal((3, 0), (redaction.Labels, redaction.Names));
    }

    [Fact]
    public void A_name_is_the_same_token_within_a_bundle_and_another_one_in_the_next()
    {
        var one = new Redaction(names: true);
        string first = one.Json(Encoding.UTF8.GetBytes(Record)), again = one.Json(Encoding.UTF8.GetBytes(Record)), other = new Redaction(names: true).Json(Encoding.UTF8.GetBytes(Record));
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.DoesNotContain(".example", first);
        string[] tokens = [.. JsonDocument.Parse(first).RootElement.GetProperty("names").EnumerateArray().Select(n => n.GetProperty("name").GetString()!)];
        Assert.NotEqual(tokens[0], tokens[1]);
        Assert.All(tokens, t => Assert.StartsWith("name-", t));
    }

    [Theory]
    [InlineData("password: hunter2", "password: [redacted]")]
    [InlineData("api-key = hunter2 # mine", "api-key = [redacted] # mine")]
    [InlineData("{\"token\": \"hunter2\", \"a\": 1}", "{\"token\": \"[redacted]\", \"a\": 1}")]
    [InlineData("Authorization: Bearer hunter2", "Authorization: Bearer [redacted]")]
    [InlineData("curl -H 'x-api-key: hunter2' https://a.example", "curl -H 'x-api-key: [redacted]' https://a.example")]
    [InlineData("name: tokens.example", "name: tokens.example")]
    [InlineData("inside: [ag-1]", "inside: [ag-1]")]
    public void What_looks_like_a_secret_goes_and_the_rest_stays(string line, string redacted) => Assert.Equal(redacted, new Redaction(names: false).Text(line));

    [Fact]
    public void Whatever_a_name_is_it_is_gone_and_the_record_stays_JSON() => Gen.String.Sample(name =>
    {
        string unusual = "zz" + name + "zz";
        string text = new Redaction(names: true).Json(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["names"] = new[] { new Dictionary<string, string> { ["name"] = unusual } } }));
        using JsonDocument read = JsonDocument.Parse(text);
        Assert.DoesNotContain(unusual, read.RootElement.GetProperty("names")[0].GetProperty("name").GetString());
    });
}
