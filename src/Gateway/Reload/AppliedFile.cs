using System.Text;
using System.Text.Json;
using Exeat.Policy;

namespace Exeat.Gateway.Reload;

/// <summary>The file <c>applied.json</c> in the state folder: what the kernel enforces now. Written after the fact, replaced atomically; tools wait for it.</summary>
internal static class AppliedFile
{
    public const string Name = "applied.json";

    public static void Write(string stateDir, Snapshot snapshot, int ended, DateTimeOffset now)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("v", 1);
            json.WriteString("policy", snapshot.Version);
            json.WriteString("agentsHash", snapshot.AgentsHash);
            json.WriteNumber("generation", snapshot.Generation);
            json.WriteString("mode", snapshot.Policy.Mode == Mode.Monitor ? "monitor" : "enforce");
            json.WriteNumber("ended", ended);
            json.WriteNumber("pid", Environment.ProcessId);
            json.WriteString("time", now.UtcDateTime);
            json.WriteEndObject();
        }
        string path = Path.Combine(stateDir, Name);
        string fresh = path + ".new";
        File.WriteAllText(fresh, Encoding.UTF8.GetString(buffer.ToArray()) + "\n");
        File.Move(fresh, path, overwrite: true);
    }
}
