using System.Text.Json;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Topology;

/// <summary>The real gateway in the middle of the lab: its documents, its process, and what policy it says it applies.</summary>
public sealed class LabGateway(LabNetwork network, LabState state, IReadOnlyList<string> program) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = LabPatience.Seconds(15);

    // The document's own default, and the most that it takes (gateway.schema.json).
    private const int HelloMilliseconds = 10_000, MostHelloMilliseconds = 120_000;

    private LabProcess? _process;

    /// <summary>Its process; fails when it was not started.</summary>
    public LabProcess Process => _process ?? throw new LabException("the gateway was not started");

    /// <summary>Whether it was started.</summary>
    public bool IsStarted => _process is not null;

    /// <summary>The policy that it was last given; null before the first.</summary>
    public PolicyText? Policy { get; private set; }

    private string AppliedFile => Path.Combine(state.Gateway, "applied.json");

    /// <summary>Limits of the Gateway document other than its defaults, by their keys.</summary>
    public IReadOnlyDictionary<string, int> Limits { get; init; } = new Dictionary<string, int>();

    /// <summary>Writes the documents and starts it under a policy.</summary>
    public async Task StartAsync(PolicyText policy)
    {
        foreach (string name in (string[])[LabFiles.AgentsName, LabFiles.GatewayName])
        {
            await File.WriteAllTextAsync(Path.Combine(state.Documents, name), LabFiles.Text(name));
        }
        // Where everything is slow, clients take longer to write their hello as well.
        Dictionary<string, int> limits = new(Limits);
        if (LabPatience.Factor > 1) limits.TryAdd("helloMilliseconds", Math.Min(HelloMilliseconds * LabPatience.Factor, MostHelloMilliseconds));
        if (limits.Count > 0)
        {
            string line = $"limits: {{{string.Join(", ", limits.Select(limit => $"{limit.Key}: {limit.Value}"))}}}\n";
            await File.AppendAllTextAsync(Path.Combine(state.Documents, LabFiles.GatewayName), line);
        }
        await policy.WriteAsync(state);
        Policy = policy;
        await RestartAsync();
    }

    /// <summary>Starts it over the documents as they are.</summary>
    public async Task RestartAsync()
    {
        string log = Path.Combine(state.Folder, "gateway.log");
        _process = await LabProcess.StartAsync(
            network.Inside(LabPlan.Gateway, [.. program, "--config", Path.Combine(state.Documents, LabFiles.GatewayName)]), log, Deadline);
    }

    /// <summary>Gives it another policy and waits until it says that the kernel follows it.</summary>
    public async Task ReloadAsync(PolicyText policy)
    {
        string before = Applied().Version;
        await policy.WriteAsync(state);
        Policy = policy;
        await Process.SignalAsync("HUP");
        long start = TimeProvider.System.GetTimestamp();
        while (Applied() is var now && (now.Version == before || now.Mode != policy.Mode))
        {
            if (TimeProvider.System.GetElapsedTime(start) > Deadline || Process.HasEnded)
            {
                throw new LabException($"the gateway did not apply the {policy.Mode} policy; it said:\n{Process.LastWords()}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>What it says it applies: the policy's version and mode; empty before the first.</summary>
    public (string Version, string Mode) Applied()
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(AppliedFile));
            JsonElement root = document.RootElement;
            return (root.GetProperty("policy").GetString() ?? "", root.GetProperty("mode").GetString() ?? "");
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException)
        {
            return ("", "");
        }
    }

    /// <summary>What it said of how packets reach it on this kernel.</summary>
    public string QueueLine() => Process.LastWords(100).Split('\n').LastOrDefault(line => line.Contains("queue", StringComparison.Ordinal)) ?? "the gateway did not say which queue it uses";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }
}
