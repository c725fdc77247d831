using Exeat.Api.Control;

namespace Exeat.Control.Policies;

/// <summary>What this area needs.</summary>
internal static class PolicyParts
{
    public static void Add(IServiceCollection parts)
    {
        parts.AddSingleton<PolicyVersions>().AddSingleton<PolicyComposer>().AddSingleton<PolicyPublishing>().AddSingleton<PolicyDiffs>();
        parts.AddSingleton<IFleet, EnrolledFleet>().AddSingleton<DesiredPolicies>().AddSingleton<AssignmentDesk>();
        parts.AddSingleton<AgentsPlanner>().AddSingleton<ChangePlanner>().AddSingleton<PolicyChanges>();
        parts.AddSingleton<PolicyTimes>().AddHostedService(got => got.GetRequiredService<PolicyTimes>());
        parts.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PoliciesJson.Default));
    }
}
