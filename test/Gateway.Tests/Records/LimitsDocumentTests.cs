using System.Reflection;
using System.Text.RegularExpressions;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Dns;
using Exeat.Gateway.Judging;
using Exeat.Gateway.Management;
using Exeat.Gateway.Records;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Records;

/// <summary>docs/limits.md is complete: every limit has a row, every metric and every test that it names is there.</summary>
public sealed partial class LimitsDocumentTests
{
    private static readonly string Root = FindRoot();
    private static readonly string[] Rows = [.. File.ReadLines(Path.Combine(Root, "docs", "limits.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains('`', StringComparison.Ordinal))];

    public static TheoryData<string> Limits() =>
    [
        .. new[] { typeof(GatewayLimits), typeof(ResolverLimits), typeof(BindingLimits), typeof(RecordLimits) }
            .SelectMany(type => type.GetProperties().Where(property => property.DeclaringType == type && property.Name != "EqualityContract").Select(property => type == typeof(GatewayLimits)
                ? char.ToLowerInvariant(property.Name[0]) + property.Name[1..] : $"{type.Name}.{property.Name}")),
        .. new[] { typeof(HeldDatagrams), typeof(ManagementServer) }
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(field => field.IsLiteral && field.FieldType == typeof(int)).Select(field => $"{type.Name}.{field.Name}")),
        "PacketQueueOptions.MaxLength", "HostJudging.FlowCapacity", "DenialCache.Places", "HelloMemory.PerAgent",
    ];

    [Theory, MemberData(nameof(Limits))]
    public void Every_limit_has_a_row(string limit) =>
        Assert.True(Rows.Any(row => row.Contains($"`{limit}`", StringComparison.Ordinal)), $"docs/limits.md has no row for {limit}: say default, origin, for whom, what happens when it is full, the metric and the test");

    [Fact]
    public void Every_row_names_a_test() => Assert.DoesNotContain(Rows, row => !Test().IsMatch(row.Split('|')[^2]));

    [Fact]
    public void Every_metric_that_it_names_is_registered()
    {
        string registered = string.Concat(Directory.GetFiles(Path.Combine(Root, "src", "Gateway"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        string[] missing = [.. Rows.SelectMany(row => Metric().Matches(row).Select(m => m.Groups[1].Value)).Distinct().Where(name => !registered.Contains($"\"{name}\"", StringComparison.Ordinal))];
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_test_that_it_names_is_there()
    {
        string tests = string.Concat(Directory.GetFiles(Path.Combine(Root, "test"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        string[] named = [.. Rows.SelectMany(row => Test().Matches(row.Split('|')[^2]).Select(m => m.Groups[1].Value)).Distinct()];
        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, name => !tests.Contains($" {name}(", StringComparison.Ordinal));
    }

    [GeneratedRegex("`(exeat_[a-z_]+)[`{]")]
    private static partial Regex Metric();

    [GeneratedRegex("`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+)`")]
    private static partial Regex Test();

    private static string FindRoot()
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Exeat.slnx"))) root = root.Parent!;
        return root.FullName;
    }
}
