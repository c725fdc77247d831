using System.Text.Json;
using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Labs;

/// <summary>The real gateway in the middle, under the lab's policy.</summary>
public abstract class GatewayLab(PolicyText policy, params (string Key, int Value)[] limits) : LabFixture
{
    private LabGateway? _gateway;

    protected GatewayLab(string mode, params (string Key, int Value)[] limits)
        : this(new PolicyText(mode), limits)
    {
    }

    internal LabGateway Gateway => _gateway ?? throw new InvalidOperationException("the gateway was not started");

    /// <summary>How many packets came to user space so far, by the gateway's own count.</summary>
    internal async Task<long> JudgedAsync()
    {
        // Looked at once a second at most.
        await Task.Delay(TimeSpan.FromSeconds(1.1), TimeProvider.System);
        Finished asked = await RunAsync(LabPlan.Gateway, [.. LabPrograms.Exeat, "status", "--json", "--socket", Path.Combine(State.Folder, "gateway.sock")]);
        using JsonDocument status = JsonDocument.Parse(asked.Output);
        return status.RootElement.GetProperty("queue").GetProperty("judged").GetInt64();
    }

    /// <summary>How the gateway is started.</summary>
    protected virtual IReadOnlyList<string> Program => LabPrograms.Gateway;

    protected override async Task FillMiddleAsync()
    {
        _gateway = new LabGateway(Spaces.Network, State, Program) { Limits = limits.ToDictionary(limit => limit.Key, limit => limit.Value) };
        await _gateway.StartAsync(policy);
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
    }
}
