using System.Runtime.CompilerServices;
using System.Text.Json;
using Exeat.Run.Box.Filter;

namespace Exeat.Run.Tests.Filters;

/// <summary>The profile that deploy/container names for an agent refuses what the box of <c>exeat run</c> refuses.</summary>
public sealed class ContainerProfileTests
{
    private static readonly JsonElement[] Rules = Read();

    [Fact]
    public void K14_what_the_box_refuses_no_rule_of_the_containers_profile_allows()
    {
        HashSet<string> allowed = [.. Allowing().Where(rule => !rule.TryGetProperty("args", out _)).SelectMany(Names)];
        Assert.Contains("read", allowed);
        Assert.DoesNotContain(SystemCalls.Refused.Concat(SystemCalls.Rings).Append(SystemCalls.Clone3).Append(SystemCalls.Socket).Append(SystemCalls.SocketPair)
            .Append(SystemCalls.Clone).Append(SystemCalls.Unshare).Select(call => call.Name), allowed.Contains);
        // Sockets in the old way of a 32-bit process; there is none.
        Assert.DoesNotContain("socketcall", allowed);
    }

    [Fact]
    public void K14_without_capabilities_sockets_are_local_or_of_the_Internet_or_ask_about_routes()
    {
        string[] sockets = [.. Allowing().Where(rule => Names(rule).Contains("socket") && !rule.TryGetProperty("includes", out _))
            .Select(rule => string.Join(' ', rule.GetProperty("args").EnumerateArray().Select(argument => $"{argument.GetProperty("index")}{argument.GetProperty("op")}{argument.GetProperty("value")}").Select(text => text.Replace("SCMP_CMP_EQ", "=", StringComparison.Ordinal))))
            .Order(StringComparer.Ordinal)];
        string[] wanted = [.. new[] { "0=1", "0=16 2=0" }.Concat(from family in (int[])[2, 10] from protocol in (int[])[0, 1, 6, 17, 58] select $"0={family} 2={protocol}").Order(StringComparer.Ordinal)];
        Assert.Equal(wanted, sockets);
    }

    private static IEnumerable<JsonElement> Allowing() => Rules.Where(rule => rule.GetProperty("action").GetString() == "SCMP_ACT_ALLOW");

    private static IEnumerable<string> Names(JsonElement rule) => rule.GetProperty("names").EnumerateArray().Select(name => name.GetString()!);

    private static JsonElement[] Read([CallerFilePath] string here = "")
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
        JsonElement profile = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "deploy/container/seccomp.json"))).RootElement;
        Assert.Equal("SCMP_ACT_ERRNO", profile.GetProperty("defaultAction").GetString());
        // No second instruction set with calls of other numbers.
        Assert.All(profile.GetProperty("archMap").EnumerateArray(), machine => Assert.Empty(machine.GetProperty("subArchitectures").EnumerateArray()));
        return [.. profile.GetProperty("syscalls").EnumerateArray()];
    }
}
