using Exeat.Api.Control;

namespace Exeat.Control.Flows;

/// <summary>What questions about flows need.</summary>
internal static class FlowsParts
{
    public static void Add(IServiceCollection parts)
    {
        parts.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, FlowsJson.Default));
        parts.AddSingleton<PoliciesInForce>().AddSingleton<ISmartGroups, PolicyGroups>();
        parts.AddSingleton<IFlowRecords, StoreRecords>().AddSingleton<FilterReading>().AddSingleton<FlowDesk>();
    }
}
