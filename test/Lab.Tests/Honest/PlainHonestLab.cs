using Exeat.Lab.Tests.Labs;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Honest;

/// <summary>Plain forwarding, and the honest clients' server in the world.</summary>
internal sealed class PlainHonestLab : LabFixture
{
    private HonestWorld? _tools;

    public HonestWorld Tools => _tools ?? throw new InvalidOperationException("the server was not started");

    protected override async Task FillMiddleAsync()
    {
        await Spaces.Network.ForwardPlainlyAsync();
        _tools = await HonestWorld.StartAsync(Network, State, WorldMap.Tools);
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_tools is not null) await _tools.DisposeAsync();
    }
}
