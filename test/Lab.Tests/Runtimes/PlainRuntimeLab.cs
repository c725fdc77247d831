using Exeat.Lab.Tests.Honest;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Runtimes;

/// <summary>Plain forwarding: the runtime as it is without a gateway, and the control of its attacks.</summary>
internal sealed class PlainRuntimeLab : LabFixture
{
    private HonestWorld? _servers;

    public HonestWorld Servers => _servers ?? throw new InvalidOperationException("the servers were not started");

    protected override async Task FillMiddleAsync()
    {
        await Spaces.Network.ForwardPlainlyAsync();
        _servers = await RuntimeWorld.StartAsync(Network, State);
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_servers is not null) await _servers.DisposeAsync();
    }
}
