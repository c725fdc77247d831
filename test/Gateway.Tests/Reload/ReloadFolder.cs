using Exeat.Policy;

namespace Exeat.Gateway.Tests.Reload;

/// <summary>A folder of a test's own with documents in it.</summary>
internal sealed class ReloadFolder : IDisposable
{
    public const string Policy = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        smartGroups: {near: {cidrs: [203.0.113.0/24]}}
        rules:
        - {name: allow-near, priority: 10, to: {groups: [near]}, action: permit}

        """;

    public const string Agents = "apiVersion: exeat/v1\nkind: Agents\nagents:\n- {id: a1, class: coding, interface: ag-1, addresses: [192.0.2.1]}\n";

    public string Root { get; } = Directory.CreateTempSubdirectory("exeat-reload-").FullName;

    public string State => Path.Combine(Root, "state");

    public string At(string name) => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A gateway document of these two paths, without packs.</summary>
    public GatewayDocument Gateway(string policy = "policy.yaml", string agents = "agents.yaml")
    {
        string text = $"{{apiVersion: exeat/v1, kind: Gateway, id: g, inside: [ag-1], outside: wan, agents: {agents}, policy: {policy}, packs: packs, "
            + "dns: {intercept: [192.0.2.53], upstream: [198.51.100.53]}, journal: {dir: journal}, state: state}";
        return GatewayDocumentLoader.Load(Write("gateway.yaml", text)).Gateway!;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
