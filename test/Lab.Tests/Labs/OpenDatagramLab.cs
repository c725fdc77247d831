namespace Exeat.Lab.Tests.Labs;

/// <summary>Plain forwarding with the QUIC server in the world: the control run.</summary>
public sealed class OpenDatagramLab : LabFixture
{
    private readonly QuicServer _server = new();

    protected override async Task FillMiddleAsync()
    {
        await Spaces.Network.ForwardPlainlyAsync();
        await _server.StartAsync(this);
    }

    protected override async Task EmptyMiddleAsync() => await _server.DisposeAsync();
}
