using System.Text.Json;

namespace Exeat.Control.Tests.Http;

public sealed class DescriptionTests
{
    [Fact]
    public async Task The_OpenAPI_document_is_the_one_of_the_repository_and_says_everything_of_each_endpoint()
    {
        await using ControlFixture control = await ControlFixture.StartAsync();
        string text = await control.Nobody().GetStringAsync("openapi/v1.json");
        using JsonDocument document = JsonDocument.Parse(text);
        foreach (JsonProperty path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject())
            {
                string where = $"{operation.Name} {path.Name}";
                Assert.True(operation.Value.TryGetProperty("summary", out _), $"{where} has no summary");
                JsonElement responses = operation.Value.GetProperty("responses");
                Assert.True(responses.EnumerateObject().Any(response => response.Name[0] is '2' or '1'), $"{where} says no good answer");
                Assert.True(responses.GetProperty("400").GetProperty("content").TryGetProperty("application/problem+json", out _), $"{where} says no problem");
            }
        }
        Golden.Compare("docs/control/openapi.json", text.ReplaceLineEndings("\n").TrimEnd() + "\n");
    }
}
