using Exeat.Lab.Scenario;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Labs;

/// <summary>The real gateway in the middle, under the lab's policy.</summary>
public abstract class GatewayLab(PolicyText policy) : LabFixture
{
    private LabGateway? _gateway;

    protected GatewayLab(string mode)
        : this(new PolicyText(mode))
    {
    }

    internal LabGateway Gateway => _gateway ?? throw new InvalidOperationException("the gateway was not started");

    protected override async Task FillMiddleAsync()
    {
        _gateway = new LabGateway(Spaces.Network, State, LabPrograms.Gateway);
        await _gateway.StartAsync(policy);
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
    }
}
