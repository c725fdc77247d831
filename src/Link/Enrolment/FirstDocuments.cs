using Exeat.Link.Delivery;
using Exeat.Policy;

namespace Exeat.Link.Enrolment;

/// <summary>What lies behind the link before control sends anything: a copy of what the gateway reads today, or documents that permit nothing.</summary>
internal static class FirstDocuments
{
    // A policy in enforce must permit something, so this one permits what does not exist (RFC 2606, 2).
    private const string NothingPermitted = """
        # Permits nothing that exists. It holds until control sends a policy.
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        default: deny
        webGroups: {nothing: {names: [nothing.invalid]} }
        rules:
        - {name: nothing, priority: 1, to: {names: [nothing]}, protocol: tcp, ports: [443], action: permit}

        """;

    private const string NoAgents = """
        # Nobody: what an unknown agent sends is dropped. It holds until control sends agents.
        apiVersion: exeat/v1
        kind: Agents
        agents: []

        """;

    public static void Fill(VersionFolder fresh, GatewayDocument gateway)
    {
        if (PolicyLoader.Load(gateway.Policy, gateway.Options(TimeProvider.System)).Policy is not null) fresh.CopyPolicy(gateway.Policy, gateway.PacksDirectory);
        else
        {
            LinkFolder.CreateFolder(fresh.Policy);
            LinkFolder.CreateFolder(fresh.Packs);
            AtomicFile.WriteNew(Path.Combine(fresh.Policy, "policy.yaml"), NothingPermitted, AtomicFile.ForGateway);
        }
        if (AgentsLoader.LoadAttached(gateway.Agents).Agents is not null) fresh.CopyAgents(gateway.Agents);
        else fresh.WriteAgents(NoAgents);
    }
}
