using Exeat.Api;
using Exeat.Control.Alerts;
using Exeat.Flows;
using Exeat.Store;

namespace Exeat.Control.Export;

/// <summary>What forwarding, and looking for what raises alerts, needs.</summary>
internal static class ExportParts
{
    private static readonly TimeSpan ForwardingRest = TimeSpan.FromSeconds(1), AlertRest = TimeSpan.FromSeconds(2);

    public static void Add(IServiceCollection parts)
    {
        parts.AddSingleton(new SinkOrigin(Product.Name, Product.Version));
        parts.AddSingleton<IRecordFeed, StoreFeed>().AddSingleton<ForwardingTargets>().AddSingleton<Forwarder>();
        parts.AddSingleton<FlowAlerts>().AddSingleton<ISeenFlows, RecordedFlows>().AddSingleton<IGatewayList, EnrolledGateways>().AddSingleton<IExpiries, PolicyExpiries>();
        parts.AddSingleton<Func<StoreStatus>>(got => () => got.GetRequiredService<FlowStore>().Status);
        parts.AddSingleton<AlertWatch>();
        Rounds.Add(parts, "forwarding", ForwardingRest, got => got.GetRequiredService<Forwarder>().RunOnceAsync);
        Rounds.Add(parts, "looking for alerts", AlertRest, got => got.GetRequiredService<AlertWatch>().RunOnceAsync);
    }
}
