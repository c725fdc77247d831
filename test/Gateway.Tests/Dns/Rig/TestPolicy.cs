using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>Policies for resolver tests, from the text that people write.</summary>
internal static class TestPolicy
{
    /// <summary>The agents of every test.</summary>
    private static readonly AgentsDocument Agents = new()
    {
        Hash = "agents",
        Agents =
        [
            new AgentDocument { Id = "coder", Class = "coding", Interface = "in0", Addresses = [ResolverRig.Parse("127.0.0.1"), ResolverRig.Parse("::1")] },
            new AgentDocument { Id = "other", Class = "research", Interface = "in1", Addresses = [ResolverRig.Parse("127.0.0.2")] },
        ],
    };

    /// <summary>What most tests begin with: the resolvers may be asked.</summary>
    public const string Head = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        default: deny
        smartGroups:
          resolvers: {cidrs: [192.0.2.53, "2001:db8::53"]}
          private: {cidrs: [10.0.0.0/8, "fd00::/8"]}
        webGroups:
          core: {names: [api.example.com, "**.example.org"]}
          inner: {names: [db.example.com]}
          exfil: {names: ["**.evil.example"]}
        rules:
        - {name: allow-dns, priority: 10, to: {groups: [resolvers]}, protocol: udp, ports: [53], action: permit}
        - {name: allow-dns-tcp, priority: 11, to: {groups: [resolvers]}, protocol: tcp, ports: [53], action: permit}
        - {name: deny-exfil, priority: 20, to: {names: [exfil]}, action: deny}
        - {name: allow-core, priority: 30, to: {names: [core]}, protocol: tcp, ports: [443], action: permit}

        """;

    /// <summary>The same in monitor.</summary>
    public static string Monitored => Head.Replace("mode: enforce", "mode: monitor", StringComparison.Ordinal);

    public static Snapshot Compile(string yaml, int generation = 1, string? quarantined = null, string coder = "coder", AgentsDocument? who = null)
    {
        AgentsDocument agents = who ?? Agents with { Agents = [.. Agents.Agents.Select(a => a with { Id = a.Id == "coder" ? coder : a.Id, Quarantined = a.Id == quarantined })] };
        string path = Path.Combine(Path.GetTempPath(), $"exeat-{Guid.NewGuid():N}.yaml");
        File.WriteAllText(path, yaml);
        try
        {
            LoadResult loaded = PolicyLoader.Load(path);
            Assert.True(loaded.Policy is not null, string.Join('\n', loaded.Problems));
            return new Snapshot(CompiledPolicy.Compile(loaded.Policy, agents, TimeProvider.System.GetUtcNow()), generation, loaded.Policy.Version, agents);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
