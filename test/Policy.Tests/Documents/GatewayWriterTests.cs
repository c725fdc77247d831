using System.Collections;
using System.Reflection;
using CsCheck;

namespace Exeat.Policy.Tests.Documents;

/// <summary>A gateway document that is written reads back as the same one, wherever it lies.</summary>
public sealed class GatewayWriterTests
{
    private const string Full = """
        apiVersion: exeat/v1
        kind: Gateway
        id: gw-1
        inside: [ag-1, "ag.2"]
        outside: wan
        agents: agents.yaml
        policy: "a folder \"with\" a \\ and: a # in its name"
        packs: packs
        dns: {intercept: [198.51.100.53, "2001:db8:53::53"], upstream: [203.0.113.10, "[2001:db8::53]:5353"]}
        journal: {dir: journal, maxBytes: 64MiB}
        state: state
        management: {socket: gateway.sock, metrics: 127.0.0.1:9464}
        limits: {pendingFlows: 77, dnsCacheEntries: 0}
        markMask: 0x7fff0000

        """;

    [Fact]
    public void It_reads_back_as_the_same_from_another_place()
    {
        using TempFolder here = new(), elsewhere = new();
        GatewayDocument read = Read(here.Write("gateway.yaml", Full));
        Assert.Equal(Path.Combine(here.Path, "a folder \"with\" a \\ and: a # in its name"), read.Policy);
        GatewayDocument again = Read(elsewhere.Write("deep/gateway.yaml", GatewayDocumentWriter.Text(read)));
        Assert.Equal(Values(read), Values(again));
        // What is compared is everything: a key that the writer forgets is a difference here.
        Assert.NotEqual(Values(read), Values(read with { MarkMask = GatewayDocument.DefaultMarkMask }));
        Assert.NotEqual(Values(read), Values(read with { Management = new GatewayManagement() }));
    }

    [Fact]
    public void What_was_not_written_stays_away()
    {
        using TempFolder here = new();
        string least = string.Join('\n', Full.Split('\n').Where(line => !line.StartsWith("packs", StringComparison.Ordinal) && !line.StartsWith("management", StringComparison.Ordinal) && !line.StartsWith("limits", StringComparison.Ordinal) && !line.StartsWith("markMask", StringComparison.Ordinal)));
        GatewayDocument read = Read(here.Write("gateway.yaml", least)), again = Read(here.Write("again.yaml", GatewayDocumentWriter.Text(read)));
        Assert.Null(again.Packs);
        Assert.Null(again.Management.Socket);
        Assert.Equal(Values(read), Values(again));
    }

    [Fact]
    public void Every_limit_comes_back()
    {
        using TempFolder folder = new();
        string file = folder.Write("gateway.yaml", Full);
        GatewayDocument document = Read(file);
        Gen.Int[0, 1 << 30].Array[GatewayLimitKeys.All.Length].Sample(numbers =>
        {
            GatewayLimits limits = document.Limits;
            foreach ((int number, (_, int min, int max, Func<GatewayLimits, int, GatewayLimits> with, _)) in numbers.Zip(GatewayLimitKeys.All)) limits = with(limits, min + (int)((long)number * (max - min) >> 30));
            File.WriteAllText(file, GatewayDocumentWriter.Text(document with { Limits = limits }));
            Assert.Equal(limits, Read(file).Limits);
        }, iter: 200, threads: 1);
    }

    private static GatewayDocument Read(string file)
    {
        GatewayResult read = GatewayDocumentLoader.Load(file);
        Assert.Empty(read.Problems);
        return read.Gateway!;
    }

    // Records compare lists by reference: every value as a line, however deep.
    private static List<string> Values(object? of, string name = "") => of switch
    {
        null => [$"{name}: nothing"],
        string or uint or int or long => [$"{name}: {of}"],
        IEnumerable list => [.. list.Cast<object>().SelectMany((item, i) => Values(item, $"{name}[{i}]"))],
        _ when of.GetType().Namespace != typeof(GatewayDocument).Namespace => [$"{name}: {of}"],
        _ => [.. of.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0).SelectMany(p => Values(p.GetValue(of), $"{name}.{p.Name}"))],
    };
}
