namespace Exeat.Gateway;

/// <summary>What <c>--print-example</c> prints: a document to begin with, each line saying what it is for.</summary>
internal static class GatewayDocumentExample
{
    public const string Text = """
        # A gateway's whole configuration. Paths are relative to this file.
        apiVersion: exeat/v1
        kind: Gateway
        id: gw-1                                   # part of every record's id
        inside: [ag-1, ag-2]                       # interfaces towards the agents
        outside: wan                               # interface towards the world
        agents: agents.yaml                        # who the agents are (kind: Agents)
        policy: policy                             # a file or a folder (kind: Policy)
        dns:
          intercept: [198.51.100.53, "2001:db8:53::53"]   # resolver addresses that agents ask; answered by the gateway
          upstream: [198.51.100.54, "[2001:db8:53::54]:53"]  # resolvers that the gateway asks
        journal: {dir: journal, maxBytes: 1073741824}     # flow records, and their disk budget
        state: state                               # generation, applied.json
        management:
          socket: /run/exeat/gateway.sock          # asked by exeat status
          metrics: 127.0.0.1:9464                  # Prometheus metrics and health; never an address of the agents' side

        """;
}
