using System.Security.Cryptography;
using System.Text;
using Exeat.Policy;

namespace Exeat.Control.Agents;

/// <summary>The agents document as it goes to a gateway: what people wrote, with the quarantines of control in it. Its own words only: comments stay here.</summary>
internal static class AgentsText
{
    /// <summary>The name under which it lies on the gateway, which is part of its hash.</summary>
    public const string FileName = "agents.yaml";

    public static string Write(AgentsDocument document, Func<string, bool> isQuarantined)
    {
        var text = new StringBuilder("# Written by control; what is changed here is gone with the next change there.\napiVersion: exeat/v1\nkind: Agents\nagents:");
        if (document.Agents.IsEmpty) text.Append(" []");
        text.Append('\n');
        foreach (AgentDocument agent in document.Agents)
        {
            text.Append($"- id: {Quote(agent.Id)}\n  interface: {Quote(agent.Interface)}\n  addresses: [{string.Join(", ", agent.Addresses.Select(address => Quote(address.ToString())))}]\n");
            if (agent.Class.Length > 0) text.Append($"  class: {Quote(agent.Class)}\n");
            if (agent.Mac is { } mac) text.Append($"  mac: {Quote(mac)}\n");
            if (!agent.Labels.IsEmpty) text.Append($"  labels: {{{string.Join(", ", agent.Labels.Select(label => $"{Quote(label.Key)}: {Quote(label.Value)}"))}}}\n");
            if (agent.Quarantined || isQuarantined(agent.Id)) text.Append("  quarantined: true\n");
        }
        return text.ToString();
    }

    /// <summary>The hash that a gateway will report of it: that of one file in a folder.</summary>
    public static string Hash(string text)
    {
        string file = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{FileName}\0{file}\n")));
    }

    /// <summary>Reads and checks a document as a gateway would.</summary>
    public static AgentsResult Read(string text)
    {
        string folder = Directory.CreateTempSubdirectory("exeat-agents-").FullName;
        try
        {
            string file = Path.Combine(folder, FileName);
            File.WriteAllText(file, text);
            AgentsResult read = AgentsLoader.LoadAttached(folder);
            return read with { Problems = [.. read.Problems.Select(problem => problem with { File = FileName })] };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Double quotes, in which YAML and the loader take everything that these fields can hold.
    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
