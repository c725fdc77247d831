using Exeat.Policy;

namespace Exeat.Gateway.Tests;

public sealed class ExampleTests
{
    [Fact]
    public void The_printed_example_is_a_document_without_problems()
    {
        string folder = Directory.CreateTempSubdirectory("exeat-example").FullName, path = Path.Combine(folder, "gateway.yaml");
        File.WriteAllText(path, GatewayDocumentExample.Text);
        GatewayResult read = GatewayDocumentLoader.Load(path);
        Directory.Delete(folder, recursive: true);
        Assert.Empty(read.Problems);
        Assert.Equal("gw-1", read.Gateway!.Id);
    }
}
