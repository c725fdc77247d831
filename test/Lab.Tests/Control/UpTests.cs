using System.Net;
using System.Net.Sockets;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Control;

/// <summary><c>exeat up</c> as somebody new would run it, with the commands that it prints: control, link and gateway in one command, and nothing of them afterwards.</summary>
public sealed class UpTests(UpLab lab, ITestOutputHelper output) : IClassFixture<UpLab>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task It_starts_guards_records_ends_without_a_trace_and_goes_on_where_it_was()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.Equal("", await lab.LeftAsync());

        long start = TimeProvider.System.GetTimestamp();
        await using (LabProcess up = await lab.StartAsync())
        {
            output.WriteLine($"ready after {TimeProvider.System.GetElapsedTime(start).TotalSeconds:F1} s");
            await GuardsAsync();
            await LoginAsSaidAsync();
            await UntilAsync(async () => await FlowsAsync("--verdict permit --port 5432") > 0 && await FlowsAsync("--verdict deny --port 5433") > 0, "the attempts are not in control's records");
            Assert.True(Directory.Exists(lab.SocketFolder));
            await EndAsync(up);
            Assert.False(Directory.Exists(lab.SocketFolder));
        }

        // The same folder again: control knows what it knew, and what is killed takes its programs along and leaves the agents shut in.
        await using (LabProcess up = await lab.StartAsync())
        {
            Assert.Contains("policy and agents are those that control had", lab.Said(), StringComparison.Ordinal);
            await LoginAsSaidAsync();
            Assert.True(await FlowsAsync("--verdict deny --port 5433") > 0, "what was recorded before is gone");
            await up.SignalAsync("KILL");
            await UntilAsync(() => Task.FromResult(!lab.Processes().Any()), "programs outlive the command");
            Assert.False((await lab.TryAsync("tcp-send", "@database", 4, port: 5433)).Arrived);
        }
        await using (LabProcess up = await lab.StartAsync())
        {
            Assert.True((await lab.TryAsync("tcp-send", "@database", 4, port: 5432)).Arrived);
            await EndAsync(up);
        }
    }

    [Fact]
    public async Task What_cannot_work_is_said_before_anything_is_started()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string folder = Directory.CreateTempSubdirectory("exeat-up-test-").FullName;
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int taken = ((IPEndPoint)other.LocalEndpoint).Port;
        string[] free = ["--people-port", "0", "--gateways-port", "0"];
        try
        {
            await RefusedAsync(3, "is a control running on this machine already? --people-port 0", [], ["--people-port", $"{taken}"]);
            await RefusedAsync(3, "--gateways-port 0 takes a free port", [], ["--people-port", "0", "--gateways-port", $"{taken}"]);
            await RefusedAsync(2, "write a port from 1 to 65535", [], ["--people-port", "70000"]);
            await RefusedAsync(3, "cannot be written", [], [.. free, "--dir", "/proc/none"]);
            await RefusedAsync(3, "CAP_NET_ADMIN", ["setpriv", "--inh-caps=-all", "--bounding-set=-all"], free);
            await RefusedAsync(2, "is not a usable gateway document", [], [.. free, "--config", Path.Combine(folder, "none.yaml")]);
            // A folder that was another gateway's: its policy and agents must not reach this one.
            File.WriteAllText(Path.Combine(folder, "gateway.yaml"), File.ReadAllText(lab.Config).Replace("id: lab", "id: another", StringComparison.Ordinal));
            await RefusedAsync(2, "the gateway another, and the document is that of lab", [], [.. free, "--dir", folder]);
            File.WriteAllText(Path.Combine(folder, "gateway.yaml"), File.ReadAllText(lab.Config));
            await RefusedAsync(2, "the document names others: name another folder", [], [.. free, "--dir", folder]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task RefusedAsync(int status, string why, string[] before, string[] arguments)
    {
        Finished ran = await Subprocess.RunAsync([.. before, .. LabPrograms.Exeat, "up", .. arguments.Contains("--config") ? (string[])[] : ["--config", lab.Config], .. arguments], Patience);
        Assert.True(ran.Status == status && ran.Errors.Contains(why, StringComparison.Ordinal), $"{string.Join(' ', arguments)}: {ran.Status}, {ran.Errors}");
    }

    private async Task GuardsAsync()
    {
        foreach (int family in (int[])[4, 6])
        {
            Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);
            Assert.False((await lab.TryAsync("tcp-send", "@database", family, port: 5433)).Arrived);
        }
    }

    // The line that it prints, as it stands there.
    private async Task LoginAsSaidAsync()
    {
        string command = lab.Said().Split('\n').Last(line => line.Contains(" login https://", StringComparison.Ordinal)).Trim();
        Finished ran = await lab.ShellAsync(command);
        Assert.True(ran.Succeeded, command + "\n" + ran.Errors);
    }

    private async Task<int> FlowsAsync(string filter)
    {
        Finished ran = await lab.ShellAsync($"{string.Join(' ', LabPrograms.Exeat)} flows query --control --format csv {filter}");
        Assert.True(ran.Succeeded, ran.Errors);
        return ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1;
    }

    private async Task EndAsync(LabProcess up)
    {
        await up.SignalAsync("INT");
        await up.WaitAsync();
        Assert.True(up.Status == 0, $"{up.Status}: {lab.Said()}");
        Assert.Equal("", await lab.LeftAsync());
        Assert.False((await lab.TryAsync("tcp-send", "@database", 4, port: 5432)).Arrived);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string otherwise)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, otherwise);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }
}
