using System.Diagnostics;
using System.Text.Json;

namespace Exeat.Repo.Tests;

/// <summary>The containers of <c>deploy/container</c>, run by a real engine where there is one.</summary>
public sealed class ContainerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_agents_container_has_no_other_way_out_than_the_gateways()
    {
        string programs = Repository.FullPath("artifacts/exeat");
        if (WhyNot(programs) is { } why) Assert.Skip(why);
        using Process check = Process.Start(new ProcessStartInfo("bash", [Repository.FullPath("deploy/container/check.sh"), programs]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4), TimeProvider.System);
        try
        {
            Task<string> errors = check.StandardError.ReadToEndAsync(patience.Token);
            string said = await check.StandardOutput.ReadToEndAsync(patience.Token);
            await check.WaitForExitAsync(patience.Token);
            output.WriteLine(said);
            Assert.True(check.ExitCode == 0, said + await errors);
            Assert.Contains("15 passed, 0 failed", said, StringComparison.Ordinal);
        }
        finally
        {
            // Everything of it hangs on this process, and goes with it.
            if (!check.HasExited) check.Kill();
        }
    }

    [Fact]
    public void The_example_gives_the_agent_neither_a_right_nor_a_network_of_its_own()
    {
        string compose = Repository.Text("deploy/container/compose.yaml");
        string agent = Part(compose, "\n  agent:\n", "\nnetworks:\n");
        foreach (string line in (string[])["network_mode: service:agent-net", "cap_drop: [ALL]", "no-new-privileges:true", "seccomp=./seccomp.json", "gateway: {condition: service_healthy}, agent-net: {condition: service_healthy}"])
            Assert.Contains(line, agent, StringComparison.Ordinal);
        foreach (string word in (string[])["cap_add", "networks:", "ports:", "devices:", "restart:"]) Assert.DoesNotContain($"    {word}", agent, StringComparison.Ordinal);
        string project = Repository.Text("deploy/container/compose.devcontainer.yaml");
        foreach (string line in (string[])["- \".:/project/.devcontainer:ro\"", "- \"../.git:/project/.git:ro\"", "- \"../.vscode:/project/.vscode:ro\""]) Assert.Contains(line, project, StringComparison.Ordinal);
        Assert.Contains("compose.devcontainer.yaml", Repository.Text("deploy/container/devcontainer.json"), StringComparison.Ordinal);
        Assert.Contains("    internal: true\n", Part(compose, "\n  inside:\n", "\nvolumes:\n"), StringComparison.Ordinal);
        Assert.Contains("net.ipv4.ip_forward: \"0\"", Part(compose, "\n  gateway:\n", "\n  agent-net:\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_feature_is_told_the_addresses_of_the_example_and_asks_for_no_right()
    {
        using JsonDocument feature = JsonDocument.Parse(Repository.Text("deploy/container/feature/devcontainer-feature.json"));
        string compose = Repository.Text("deploy/container/compose.yaml"), resolvers = Repository.Text("deploy/container/resolv.conf");
        string Default(string option) => feature.RootElement.GetProperty("options").GetProperty(option).GetProperty("default").GetString()!;
        Assert.Contains($"GATEWAY4: {Default("gateway4")},", compose, StringComparison.Ordinal);
        Assert.Contains($"GATEWAY6: \"{Default("gateway6")}\"", compose, StringComparison.Ordinal);
        Assert.Equal(Default("resolvers").Split(' '), resolvers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line["nameserver ".Length..]));
        foreach (string right in (string[])["privileged", "capAdd", "mounts"]) Assert.False(feature.RootElement.TryGetProperty(right, out _), right);
    }

    [Fact]
    public void The_features_guard_refuses_where_the_gateway_is_not_the_way_out()
    {
        string told = Path.GetTempFileName();
        try
        {
            File.WriteAllText(told, "gateway4=192.0.2.2\ngateway6=2001:db8:a::2\nresolvers=198.51.100.53\n");
            (int status, string said) = Shell("deploy/container/feature/guard.sh", ("EXEAT_GUARD_CONF", told));
            Assert.Equal(1, status);
            Assert.Contains("there is no default route by 192.0.2.2", said, StringComparison.Ordinal);
            Assert.Contains("there is no default route by 2001:db8:a::2", said, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(told);
        }
    }

    // What is written into a file that a shell reads is made of addresses.
    [Theory]
    [InlineData("GATEWAY4", "192.0.2.2\"; exit 0; \"")]
    [InlineData("RESOLVERS", "$(id)")]
    public void The_feature_takes_nothing_but_addresses(string option, string value)
    {
        (int status, string said) = Shell("deploy/container/feature/install.sh", (option, value));
        Assert.Equal(2, status);
        Assert.Contains("is not made of addresses", said, StringComparison.Ordinal);
    }

    private static string Part(string text, string from, string until)
    {
        int start = text.IndexOf(from, StringComparison.Ordinal), end = text.IndexOf(until, StringComparison.Ordinal);
        Assert.InRange(start, 0, end);
        return text[start..end];
    }

    private static (int Status, string Said) Shell(string script, (string Name, string Value) variable)
    {
        var start = new ProcessStartInfo("sh", [Repository.FullPath(script)]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment[variable.Name] = variable.Value;
        using Process process = Process.Start(start)!;
        string said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }

    private static string? WhyNot(string programs)
    {
        if (Environment.UserName != "root" || !File.ReadAllText("/proc/self/uid_map").Contains("4294967295", StringComparison.Ordinal)) return "only root of the machine can put a root file system under an overlay for podman";
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        foreach (string program in (string[])["podman", "crun", "curl", "python3", "ip"])
            if (!path.Any(folder => File.Exists(Path.Combine(folder, program)))) return $"{program} is not installed here";
        return File.Exists(Path.Combine(programs, "exeat-gateway")) ? null : "the programs are not built: ./dev build";
    }
}
