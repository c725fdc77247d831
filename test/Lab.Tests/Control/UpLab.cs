using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Control;

/// <summary>A lab before its first gateway, which <c>exeat up</c> brings: documents are there, nothing of ours is in the kernel, and nothing is forwarded.</summary>
public sealed class UpLab : LabFixture
{
    internal string Config => Path.Combine(State.Documents, LabFiles.GatewayName);

    internal string Folder => Path.Combine(State.Folder, "up");

    /// <summary>The folder of the gateway's socket, which is not there before.</summary>
    internal string SocketFolder => Path.Combine(State.Folder, "run");

    private string Log => Path.Combine(State.Folder, "up.log");

    /// <summary>Starts it as a person would, and waits until it says that it is ready.</summary>
    internal Task<LabProcess> StartAsync(params string[] more) => LabProcess.StartAsync(
        Network.Inside(LabPlan.Gateway, ["env", $"EXEAT_COMMAND={string.Join(' ', LabPrograms.Exeat)}", .. LabPrograms.Exeat, "up", "--config", Config, "--dir", Folder, "--people-port", "0", "--gateways-port", "0", .. more]), Log, TimeSpan.FromSeconds(40));

    /// <summary>Everything that it has said.</summary>
    internal string Said() => File.ReadAllText(Log);

    /// <summary>Runs a shell command beside the gateway, as a second terminal would, with a home of its own.</summary>
    internal Task<Finished> ShellAsync(string command) => RunAsync(LabPlan.Gateway, "env", $"XDG_CONFIG_HOME={State.Folder}/home", "sh", "-euc", "PATH=$PATH:/usr/sbin:/sbin; " + command);

    /// <summary>What of it is still there: tables, routing rules, forwarding, processes.</summary>
    internal async Task<string> LeftAsync()
    {
        Finished kernel = await ShellAsync("nft list tables | grep exeat || true; ip rule | grep -i blackhole || true; ip -6 rule | grep -i blackhole || true; sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding | grep -v 0 || true");
        Assert.True(kernel.Succeeded, kernel.Errors);
        return kernel.Output.Trim() + string.Join('\n', Processes());
    }

    /// <summary>Programs that work on its folder.</summary>
    internal IEnumerable<string> Processes()
    {
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            string command;
            try
            {
                command = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
            }
            catch (IOException)
            {
                continue; // it has ended meanwhile
            }
            if (command.Contains(Folder, StringComparison.Ordinal)) yield return command;
        }
    }

    protected override async Task FillMiddleAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(State.Documents, LabFiles.AgentsName), LabFiles.Text(LabFiles.AgentsName));
        await File.WriteAllTextAsync(Path.Combine(State.Documents, LabFiles.PolicyName), RunningLab.Policy());
        // Its socket in a folder that nobody has made, as on a machine without our units.
        string document = LabFiles.Text(LabFiles.GatewayName), own = document.Replace("../gateway.sock", "../run/gateway.sock", StringComparison.Ordinal);
        Assert.NotEqual(document, own);
        await File.WriteAllTextAsync(Config, own);
        Finished up = await ShellAsync("ip link set lo up");
        Assert.True(up.Succeeded, up.Errors);
    }
}
