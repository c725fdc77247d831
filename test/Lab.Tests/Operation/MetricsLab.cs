using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Operation;

/// <summary>A lab whose gateway serves metrics at an address.</summary>
public sealed class MetricsLab(string address) : LabFixture
{
    private LabGateway? _gateway;

    internal LabGateway Gateway => _gateway ?? throw new InvalidOperationException("the gateway was not started");

    protected override async Task FillMiddleAsync()
    {
        string config = LabFiles.Text(LabFiles.GatewayName).Replace("management: {", $"management: {{metrics: \"{address}\", ", StringComparison.Ordinal);
        _gateway = new LabGateway(Spaces.Network, State, LabPrograms.Gateway);
        await new PolicyText("enforce").WriteAsync(State);
        await File.WriteAllTextAsync(Path.Combine(State.Documents, LabFiles.AgentsName), LabFiles.Text(LabFiles.AgentsName));
        await File.WriteAllTextAsync(Path.Combine(State.Documents, LabFiles.GatewayName), config);
        await _gateway.RestartAsync();
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
    }
}
