using System.Text.Json;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Operation;

/// <summary>A lab before its first gateway: links, routes and resolvers are there, forwarding is off.</summary>
public sealed class PreflightLab : LabFixture
{
    internal string Config => Path.Combine(State.Documents, LabFiles.GatewayName);

    /// <summary>Runs a shell command in the gateway's namespace, which must succeed.</summary>
    internal async Task ShellAsync(string command)
    {
        Finished ran = await RunAsync(LabPlan.Gateway, "sh", "-euc", "PATH=$PATH:/usr/sbin:/sbin; " + command);
        Assert.True(ran.Succeeded, $"{command}: {ran.Errors}");
    }

    /// <summary>Runs preflight there; returns its status and the outcome and remedy of each check by name.</summary>
    internal async Task<(int Status, Dictionary<string, (string Outcome, string Remedy)> Checks)> LookAsync(string? config = null)
    {
        Finished ran = await RunAsync(LabPlan.Gateway, [.. LabPrograms.Exeat, "preflight", "--json", "--config", config ?? Config]);
        Assert.True(ran.Output.StartsWith('{'), ran.Errors);
        using JsonDocument read = JsonDocument.Parse(ran.Output);
        return (ran.Status, read.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(
            c => c.GetProperty("name").GetString()!, c => (c.GetProperty("outcome").GetString()!, c.TryGetProperty("remedy", out JsonElement remedy) ? remedy.GetString()! : "")));
    }

    protected override async Task FillMiddleAsync() => await File.WriteAllTextAsync(Config, LabFiles.Text(LabFiles.GatewayName));
}
