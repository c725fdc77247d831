namespace Exeat.Lab.Tests.Labs;

/// <summary>Plain forwarding with the QUIC server in the world: the control run.</summary>
public sealed class OpenDatagramLab : LabFixture
{
    protected override async Task FillMiddleAsync()
    {
        await Spaces.Network.ForwardPlainlyAsync();
        await Spaces.ServeQuicAsync();
        await Spaces.ServeQuicAsync(8443, validates: true);
    }
}
