using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Gateways.Certificates;
using Exeat.Control.Gateways.Door;
using Exeat.Control.Gateways.Fleet;
using Exeat.Policy;
using Exeat.Store;

namespace Exeat.Control.Gateways;

/// <summary>What the areas of gateways and agents need.</summary>
internal static class GatewayParts
{
    public static void Add(IServiceCollection parts)
    {
        parts.AddSingleton<GatewayAuthority>();
        parts.AddSingleton<GatewayEvents>();
        parts.AddSingleton<GatewayBook>();
        parts.AddSingleton<AgentsBook>().AddSingleton<AgentsDesk>();
        parts.AddSingleton<DesiredStates>();
        parts.AddSingleton<StoreMark>();
        parts.AddSingleton<GatewayCaller>();
        parts.AddSingleton<GatewayShares>().AddSingleton<GatewayBodies>().AddSingleton<EnrolmentThrottle>();
        parts.AddSingleton<LinkEndpoints>();
        parts.AddSingleton(got => FlowStore.Open(StoreOptionsOf(got.GetRequiredService<ControlDocument>()) with { Told = got.GetRequiredService<ILogger<FlowStore>>().Warned }, got.GetRequiredService<TimeProvider>()));
        parts.AddSingleton<RecordSink>(got => Sink(got.GetRequiredService<FlowStore>(), got.GetRequiredService<StoreMark>()));
        parts.AddHostedService<GatewayWatch>();
        parts.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, FleetJson.Default));
    }

    private static StoreOptions StoreOptionsOf(ControlDocument control) => new()
    {
        Dir = Path.Combine(control.DataFolder, StoreMark.Folder),
        RetentionDays = control.Store.MaxAgeDays,
        MaxBytes = control.Store.MaxBytes,
        MemoryBytes = control.Store.Memory,
    };

    private static RecordSink Sink(FlowStore store, StoreMark mark) => (gateway, lines, received) =>
        store.Append(gateway, lines, received) is { IsFull: false } kept ? new RecordsAnswer(kept.Accepted, kept.Duplicates, kept.Refused, 0, mark.Text) : null;
}
