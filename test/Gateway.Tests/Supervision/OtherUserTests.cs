using System.Diagnostics;
using System.Globalization;

namespace Exeat.Gateway.Tests.Supervision;

/// <summary>A gateway that becomes another user at its start (<c>--user</c>): who it is afterwards, with what rights, and that it works. In network, mount and process namespaces of its own.</summary>
public sealed class OtherUserTests : IDisposable
{
    private const string User = "nobody";

    // CAP_NET_ADMIN and CAP_NET_RAW (linux/capability.h: 12, 13).
    private const ulong Kept = 0x3000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Alone = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    private static readonly string Programs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../exeat"));

    // The programs are shown at a place that every user can reach, whatever folder this repository lies in.
    private const string Script = """
        PATH=$PATH:/usr/sbin:/sbin
        mount --bind "$1" /mnt
        ip link set lo up
        ip link add ag-1 type veth peer name agent
        ip link add wan type veth peer name world
        for link in ag-1 agent wan world; do ip link set $link up; done
        ip addr add 192.0.2.1/24 dev ag-1; ip addr add 2001:db8:a::1/64 dev ag-1 nodad
        ip addr add 203.0.113.1/24 dev wan; ip addr add 2001:db8:f::1/64 dev wan nodad
        exec dotnet /mnt/exeat-gateway.dll --config "$2/gateway.yaml" --user "$3"
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-user").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_is_that_user_with_two_rights_in_every_thread_and_judges()
    {
        (uint user, uint group) = await PrepareAsync();
        Directory.CreateDirectory(Path.Combine(_folder, "own"));
        await DemandAsync("chown", $"{user}:{group}", Path.Combine(_folder, "own"));
        using Process outer = Start(User);
        try
        {
            string said = await UntilReadyAsync(outer);
            Assert.Contains("ready: policy", said, StringComparison.Ordinal);
            string process = "/proc/" + File.ReadAllText($"/proc/{outer.Id}/task/{outer.Id}/children").Trim();
            // Control: what started it is still somebody else, with more rights.
            string[] starter = File.ReadAllLines($"/proc/{outer.Id}/status");
            Assert.Equal("0", Words(starter, "Uid")[0]);
            Assert.NotEqual(0ul, Mask(starter, "CapPrm") & ~Kept);

            string[] threads = Directory.GetDirectories(process + "/task");
            Assert.True(threads.Length > 4, "that is not the gateway");
            foreach (string thread in threads)
            {
                string[] status = File.ReadAllLines(Path.Combine(thread, "status"));
                Assert.All(Words(status, "Uid"), id => Assert.Equal($"{user}", id));
                Assert.All(Words(status, "Gid"), id => Assert.Equal($"{group}", id));
                Assert.Equal([$"{group}"], Words(status, "Groups"));
                foreach (string set in (string[])["CapInh", "CapPrm", "CapBnd", "CapAmb"]) Assert.Equal((set, 0ul), (set, Mask(status, set) & ~Kept));
                Assert.Equal(Kept, Mask(status, "CapEff"));
                Assert.Equal(["1"], Words(status, "NoNewPrivs"));
            }
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(_folder, "own", "journal")));
        }
        finally
        {
            await EndAsync(outer);
        }
    }

    [Fact]
    public async Task A_folder_that_is_not_that_user_s_stops_the_start()
    {
        await PrepareAsync();
        await DemandAsync("mkdir", "--mode=700", Path.Combine(_folder, "own"));
        using Process outer = Start(User);
        string said = await outer.StandardError.ReadToEndAsync().WaitAsync(Patience, TimeProvider.System);
        await outer.WaitForExitAsync();
        Assert.NotEqual(0, outer.ExitCode);
        Assert.DoesNotContain("ready:", said, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder, "own"), said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_does_not_exist_is_a_mistake_of_the_arguments()
    {
        await PrepareAsync();
        using Process outer = Start("nobody-of-this-name");
        string said = await outer.StandardError.ReadToEndAsync().WaitAsync(Patience, TimeProvider.System);
        await outer.WaitForExitAsync();
        Assert.Equal(2, outer.ExitCode);
        Assert.Contains("--user nobody-of-this-name: no such user", said, StringComparison.Ordinal);
    }

    // Documents that everybody may read, and a folder "own" for what the gateway keeps.
    private async Task<(uint User, uint Group)> PrepareAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can become somebody else");
        Assert.SkipUnless(CanBeAlone(), "root may not make namespaces here");
        string? line = File.ReadLines("/etc/passwd").FirstOrDefault(l => l.StartsWith(User + ":", StringComparison.Ordinal));
        Assert.SkipWhen(line is null, $"there is no user {User} here");
        await DemandAsync("chmod", "755", _folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "gateway.yaml"), """
            {apiVersion: exeat/v1, kind: Gateway, id: gw-1, inside: [ag-1], outside: wan, agents: agents.yaml, policy: policy.yaml,
             dns: {intercept: [198.51.100.53, "2001:db8:53::53"], upstream: [203.0.113.53, "2001:db8:f::53"]}, journal: {dir: own/journal}, state: own/state}
            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "agents.yaml"), """
            {apiVersion: exeat/v1, kind: Agents, agents: [{id: a1, class: coding, interface: ag-1, addresses: [192.0.2.2, "2001:db8:a::2"]}]}
            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "policy.yaml"), """
            {apiVersion: exeat/v1, kind: Policy, mode: enforce, default: deny, smartGroups: {all: {class: coding}, web: {cidrs: [203.0.113.10/32, "2001:db8:f::10/128"]}},
             rules: [{name: allow-web, priority: 10, from: [all], to: {groups: [web]}, protocol: tcp, ports: [443], action: permit}]}
            """);
        string[] words = line!.Split(':');
        return (uint.Parse(words[2], CultureInfo.InvariantCulture), uint.Parse(words[3], CultureInfo.InvariantCulture));
    }

    private Process Start(string user) => Process.Start(new ProcessStartInfo("unshare", [.. Alone, "sh", "-euc", Script, "sh", Programs, _folder, user])
    {
        RedirectStandardError = true,
        RedirectStandardInput = true,
    })!;

    private static bool CanBeAlone()
    {
        using Process tried = Process.Start(new ProcessStartInfo("unshare", [.. Alone, "true"]) { RedirectStandardError = true })!;
        tried.WaitForExit();
        return tried.ExitCode == 0;
    }

    private static async Task<string> UntilReadyAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        string said = "";
        while (await process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            said += line + "\n";
            if (line.Contains("ready: policy", StringComparison.Ordinal)) break;
        }
        return said;
    }

    private static async Task DemandAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    // The gateway is the first process of its namespaces: they end with it. That the kernel ends it with its starter (--kill-child) it lost when it became somebody else (prctl(2), PR_SET_PDEATHSIG).
    private static async Task EndAsync(Process outer)
    {
        string children = File.ReadAllText($"/proc/{outer.Id}/task/{outer.Id}/children").Trim();
        if (children.Length > 0) await DemandAsync("kill", "-KILL", children);
        await outer.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
    }

    private static string[] Words(string[] status, string name) =>
        status.First(l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static ulong Mask(string[] status, string name) => ulong.Parse(Words(status, name)[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
