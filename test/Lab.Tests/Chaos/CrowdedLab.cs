namespace Exeat.Lab.Tests.Chaos;

/// <summary>A lab whose agents may begin flows as fast as they like, and have few of them.</summary>
public sealed class CrowdedLab : ChaosLab
{
    public const int MostConnections = 600;

    private protected override string GatewayText => base.GatewayText + $"limits: {{newFlowsPerSecond: 100000, newFlowsBurst: 100000, connections: {MostConnections}}}\n";
}
