using Exeat.Api;
using Exeat.Control.Alerts;
using Exeat.Control.Flows;
using Exeat.Control.Storage;
using Exeat.Flows;
using Exeat.Policy;
using Exeat.Store;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Exeat.Control.Export;

/// <summary>What forwarding, and looking for what raises alerts, needs.</summary>
internal static class ExportParts
{
    private static readonly TimeSpan ForwardingRest = TimeSpan.FromSeconds(1), AlertRest = TimeSpan.FromSeconds(2);

    public static void Add(IServiceCollection parts)
    {
        parts.TryAddSingleton(got => FlowStore.Open(StoreOf(got.GetRequiredService<ControlDocument>()), got.GetRequiredService<TimeProvider>()));
        parts.AddSingleton(new SinkOrigin(Product.Name, Product.Version));
        parts.AddSingleton<IRecordFeed, StoreFeed>().AddSingleton<ForwardingTargets>().AddSingleton<Forwarder>();
        parts.AddSingleton<FlowAlerts>().AddSingleton<ISeenFlows, RecordedFlows>().AddSingleton<IGatewayList, EnrolledGateways>().AddSingleton<IExpiries, PolicyExpiries>();
        parts.AddSingleton<Func<StoreStatus>>(got => () => got.GetRequiredService<FlowStore>().Status);
        parts.AddSingleton<AlertWatch>();
        Rounds.Add(parts, "forwarding", ForwardingRest, got => got.GetRequiredService<Forwarder>().RunOnceAsync);
        Rounds.Add(parts, "looking for alerts", AlertRest, got => got.GetRequiredService<AlertWatch>().RunOnceAsync);
    }

    private static StoreOptions StoreOf(ControlDocument control) => new()
    {
        Dir = Path.Combine(control.DataFolder, "flows"),
        RetentionDays = control.Store.MaxAgeDays,
        MaxBytes = control.Store.MaxBytes,
        MemoryBytes = control.Store.Memory,
    };
}
