using Exeat.Cli.Verify;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli.Tests.Verify;

/// <summary>A policy and a place to plan for, without a network.</summary>
internal static class ImaginedGround
{
    public const string Agents = """
        apiVersion: exeat/v1
        kind: Agents
        agents:
        - {id: a1, class: coding, addresses: [192.0.2.2, "2001:db8:a:1::2"]}
        - {id: a2, class: other, addresses: [192.0.2.6, "2001:db8:a:2::2"]}
        """;

    public const string Policy = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        smartGroups:
          coders: {class: coding}
          strangers: {class: other}
          resolver: {cidrs: [198.51.100.53/32, "2001:db8:53::53/128"]}
          private: {cidrs: [10.0.0.0/8, "fd00::/8"]}
          ledger: {cidrs: [10.20.0.8/32]}
        webGroups:
          models: {names: [api.models.example, "*.models.example"]}
          core: {names: ["*.wide.example", core.example, "**.deep.example"]}
          theirs: {names: [theirs.example]}
          inside: {names: [ledger.corp.example]}
          time: {names: [clock.example]}
        rules:
        - {name: deny-models, priority: 10, to: {names: [models]}, protocol: tcp, ports: [443], action: deny}
        - {name: allow-dns, priority: 18, to: {groups: [resolver]}, protocol: udp, ports: [53], action: permit}
        - {name: allow-dns-tcp, priority: 19, to: {groups: [resolver]}, protocol: tcp, ports: [53], action: permit}
        - {name: deny-dns, priority: 20, protocol: udp, ports: [53, 853], action: deny}
        - {name: allow-core, priority: 50, from: [coders], to: {names: [core]}, protocol: tcp, ports: [443], action: permit}
        - {name: allow-theirs, priority: 51, from: [strangers], to: {names: [theirs]}, protocol: tcp, ports: [443], action: permit}
        - {name: allow-inside, priority: 52, from: [coders], to: {names: [inside], groups: [ledger]}, protocol: tcp, ports: [8443], action: permit}
        - {name: allow-clock, priority: 53, to: {names: [time]}, protocol: udp, ports: [123], proof: dns, owner: ops, why: clocks, action: permit}
        - {name: off, priority: 54, to: {names: [theirs]}, protocol: tcp, ports: [80], action: permit, mode: off}
        - {name: deny-sideways, priority: 100, to: {groups: [private]}, action: deny}
        tests:
        - {agent: a1, to: "https://core.example", expect: permit by allow-core}
        - {agent: a1, to: "https://api.github.example", expect: deny by default-deny}
        - {agent: a1, to: "tcp://10.1.2.3:5432", expect: deny by deny-sideways}
        - {agent: a2, to: "https://theirs.example", expect: permit by allow-theirs}
        """;

    public static readonly Address Resolver = Address.V4(0xc6336435), Core = Address.V4(0xcb00710a), Other = Address.V4(0xcb00710b);

    public static VerifyGround Of(string policy = Policy, string agent = "a1", int seed = 1, int names = 4)
    {
        string folder = Directory.CreateTempSubdirectory("exeat-verify-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "policy.yaml"), policy);
            File.WriteAllText(Path.Combine(folder, "agents.yaml"), Agents);
            LoadResult loaded = PolicyLoader.Load(Path.Combine(folder, "policy.yaml"), new LoadOptions());
            Assert.True(loaded.Policy is not null, string.Join('\n', loaded.Problems));
            AgentsDocument agents = AgentsLoader.Load(Path.Combine(folder, "agents.yaml")).Agents!;
            DateTimeOffset now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
            CompiledPolicy compiled = CompiledPolicy.Compile(loaded.Policy, agents, now);
            return new VerifyGround
            {
                Policy = loaded.Policy,
                Agents = agents,
                Compiled = compiled,
                Agent = compiled.FindAgent(agent),
                Now = now,
                Families = [4, 6],
                Resolvers = [Resolver, Address.V6(((UInt128)0x20010db800530000 << 64) | 0x53)],
                NextHops = [Address.V4(0xc0000201)],
                OtherResolvers = AddressSamples.PublicResolvers,
                NamesPerRule = names,
                Tokens = new Tokens(0x1234abcd),
                Random = new Random(seed),
            };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static DomainName Name(string text) => NameSamples.Read(text)!;

    public static AliveHost[] Alive => [new(Name("core.example"), Core, 443, [Core]), new(Name("deep.example"), Other, 443, [Other])];
}
