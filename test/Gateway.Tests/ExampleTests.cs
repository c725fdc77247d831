using Exeat.Policy;

namespace Exeat.Gateway.Tests;

public sealed class ExampleTests
{
    [Fact]
    public void The_printed_example_is_a_document_without_problems()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("exeat-example").FullName, "gateway.yaml");
        File.WriteAllText(path, GatewayDocumentExample.Text);
        GatewayResult read = GatewayDocumentLoader.Load(path);
        Assert.Empty(read.Problems);
        Assert.Equal("gw-1", read.Gateway!.Id);
    }
}
