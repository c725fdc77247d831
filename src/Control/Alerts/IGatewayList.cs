namespace Exeat.Control.Alerts;

/// <summary>The gateways as alerts and metrics look at them.</summary>
internal interface IGatewayList
{
    IReadOnlyList<WatchedGateway> All();
}
