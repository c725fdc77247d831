namespace Exeat.Lab.Tests.Labs;

/// <summary>Plain forwarding in the middle: the control run, in which every attack has to arrive.</summary>
public sealed class OpenLab : LabFixture
{
    protected override Task FillMiddleAsync() => Spaces.Network.ForwardPlainlyAsync();
}
