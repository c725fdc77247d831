using System.Globalization;
using System.Text.RegularExpressions;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Course;

/// <summary>No telemetry, no look-up for updates, nothing: what leaves a machine with our programs on it is what somebody configured.</summary>
public sealed partial class SilenceTests
{
    // Sees every packet that the gateway's machine makes itself, before any rule of ours could drop it. What is not named here is counted as unasked.
    // Left aside: neighbour discovery and group membership, which the kernel speaks for its links; answers to agents; refusals of agents' flows.
    private static string Witness(string upstream4, string upstream6) => $$"""
        table inet witness {
          counter asked { }
          counter unasked { }
          chain out {
            type filter hook output priority -150; policy accept;
            icmpv6 type { 130, 131, 132, 133, 134, 135, 136, 137, 143 } accept
            ct direction reply accept
            ip daddr {{upstream4}} meta l4proto { tcp, udp } th dport 53 counter name asked accept
            ip6 daddr {{upstream6}} meta l4proto { tcp, udp } th dport 53 counter name asked accept
            tcp flags & rst == rst accept
            icmp type { destination-unreachable, time-exceeded } accept
            icmpv6 type { destination-unreachable, packet-too-big, time-exceeded } accept
            counter name unasked
          }
        }
        """;

    // What every verb is called with; a verb that is not here fails the test, so that none is forgotten.
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["policy"] = "policy check ETC/policy.yaml --agents ETC/agents.yaml; policy test ETC/policy.yaml --agents ETC/agents.yaml; "
            + "policy explain --policy ETC/policy.yaml --agents ETC/agents.yaml --agent coding-1 --to https://openclaw.ai; "
            + "policy what-if --policy ETC/policy.yaml --agents ETC/agents.yaml --journal JOURNAL; policy diff ETC/policy.yaml ETC/policy.yaml --agents ETC/agents.yaml; "
            + "policy report --policy ETC/policy.yaml --agents ETC/agents.yaml --journal JOURNAL",
        ["init"] = "init --class coding --runtime openclaw --model nvidia --resolver 192.0.2.53 --dir ETC/written",
        ["pack"] = "pack list; pack show base; pack update --dir ETC/written",
        ["agents"] = "agents check ETC/agents.yaml",
        ["gateways"] = "gateways --help", // more of it asks control, which somebody configured
        ["up"] = "up --help", // more of it is a gateway's and control's own work
        ["gateway"] = "gateway check ETC/gateway.yaml",
        ["flows"] = "flows query --journal JOURNAL; flows tail --journal JOURNAL",
        ["alerts"] = "alerts --help", // asks the control that it is given, and nobody else
        ["why"] = "why --last --journal JOURNAL",
        ["preflight"] = "preflight --config ETC/gateway.yaml", // asks the configured resolvers one question, and nobody else
        ["status"] = "status --config ETC/gateway.yaml",
        ["login"] = "login --help", // more of it asks the control that is named, which is what it is for; so do the verbs that use the login
        ["logout"] = "logout",
        ["whoami"] = "whoami",
        ["control"] = "control status; control --help",
        ["verify"] = "verify --plan --policy ETC/policy.yaml --agents ETC/agents.yaml --agent coding-1", // without --plan its attempts are what it is for
        ["support-bundle"] = "support-bundle --config ETC/gateway.yaml",
        ["denials"] = "denials --journal JOURNAL",
        ["approvals"] = "approvals list --help", // speaks to control, whose address a person gave
        ["monitor"] = "monitor start --help",
        ["break-glass"] = "break-glass start --help",
        ["run"] = "run --help", // more of it carries its command's traffic, which is what it is for
        ["lab"] = "lab --sabotage --quiet --agents locked-down-1; lab down",
    };

    [Fact]
    public async Task No_program_of_ours_sends_what_nobody_configured()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new WatchedLab();
        await lab.InitializeAsync();
        await UseAsync(lab);
        await lab.Gateway.ReloadAsync(new PolicyText("monitor"));
        await UseAsync(lab);
        await lab.Gateway.DisposeAsync();
        await lab.Gateway.RestartAsync();
        await UseAsync(lab);
        await lab.Gateway.Process.SignalAsync("KILL");
        await lab.Gateway.Process.WaitAsync();
        foreach (string option in (string[])["--help", "--print-example", "--remove-locks"]) await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Gateway, option]);

        (long asked, long unasked) = await lab.CountAsync();
        Assert.True(asked > 0, "the witness did not see one question to the configured resolver: it sees nothing");
        Assert.Equal(0, unasked);
        Assert.Empty(await FromTheGatewayAsync(lab));

        // Control: one datagram in each family by somebody else on the gateway's machine is counted, here and at the far side.
        foreach (string family in (string[])["", "6"])
        {
            string address = family == "6" ? WorldMap.Attacker.Address6 : WorldMap.Attacker.Address4;
            Finished sent = await lab.RunAsync(LabPlan.Gateway, "python3", "-c", $"import socket; socket.socket(socket.AF_INET{family}, socket.SOCK_DGRAM).sendto(b'x', ('{address}', 9))");
            Assert.True(sent.Succeeded, sent.Errors);
        }
        Assert.Equal(2, (await lab.CountAsync()).Unasked);
        Assert.Equal(2, (await FromTheGatewayAsync(lab)).Count);
    }

    [Fact]
    public async Task A_resolver_that_is_not_there_is_the_only_one_that_is_asked()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new WatchedLab { Upstream4 = "203.0.113.99", Upstream6 = "2001:db8:f::99" };
        await lab.InitializeAsync();
        await lab.Gateway.DisposeAsync();
        string file = Path.Combine(lab.State.Documents, LabFiles.GatewayName), text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace($"upstream: [{WorldMap.Upstream.Address4}, \"{WorldMap.Upstream.Address6}\"]", $"upstream: [{lab.Upstream4}, \"{lab.Upstream6}\"]", StringComparison.Ordinal));
        Assert.NotEqual(text, await File.ReadAllTextAsync(file));
        await lab.Gateway.RestartAsync();
        await UseAsync(lab);
        (long asked, long unasked) = await lab.CountAsync();
        Assert.True(asked > 0, "not one question was asked of the resolver that is configured");
        Assert.Equal(0, unasked);
    }

    [Fact]
    public async Task No_verb_of_the_command_line_tries_to_reach_anything()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        // A journal to ask, made by a gateway's life.
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        await lab.TryAsync("https", "openclaw.ai", 4);
        await lab.TryAsync("https-address", "@attacker", 6);

        string exeat = string.Join(' ', LabPrograms.Exeat);
        string help = (await Subprocess.RunAsync([.. LabPrograms.Exeat, "--help"], TimeSpan.FromSeconds(30))).Output;
        string[] verbs = [.. Verb().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(m => m.Groups[1].Value)];
        Assert.Contains("policy", verbs);
        Assert.Equal([], verbs.Except(Verbs.Keys)); // a new verb: say above how it is called
        string[] calls = [.. verbs.SelectMany(v => Verbs[v].Split("; ")).Select(c => c
            .Replace("ETC", lab.State.Documents, StringComparison.Ordinal).Replace("JOURNAL", lab.State.Journal, StringComparison.Ordinal))];
        string script = string.Join('\n', calls.Append("--help").Append("--version").Select(c => $"{exeat} {c} >/dev/null 2>{lab.State.Folder}/said; s=$?; case $s in 0 | 1 | 3) ;; *) echo 'call {c}' $s; cat {lab.State.Folder}/said ;; esac"));

        (string said, long tried) = await InEmptySpaceAsync(script);
        Assert.DoesNotContain("call ", said, StringComparison.Ordinal);
        Assert.Equal(0, tried);
        // Control: what tries to reach somebody is counted, TCP and UDP, in either family.
        const string Reach = "python3 -c \"import socket; s = socket.socket({0}, {1}); s.settimeout(1); s.connect(('{2}', 443)); s.send(b'x')\" 2>/dev/null";
        foreach ((string family, string address) in ((string, string)[])[("socket.AF_INET", "203.0.113.66"), ("socket.AF_INET6", "2001:db8:f::66")])
        {
            foreach (string kind in (string[])["socket.SOCK_STREAM", "socket.SOCK_DGRAM"])
            {
                Assert.True((await InEmptySpaceAsync(string.Format(CultureInfo.InvariantCulture, Reach, family, kind, address))).Tried > 0, $"{kind} to {address} was not counted");
            }
        }
    }

    private static async Task UseAsync(WatchedLab lab)
    {
        foreach (int family in (int[])[4, 6])
        {
            await lab.TryAsync("https", "openclaw.ai", family);
            await lab.TryAsync("https-address", "@attacker", family);
            await lab.TryAsync("lookup", "attacker.example@resolver", family, 53);
            await lab.TryAsync("https", "api.openai.com", family, agent: "research-1");
        }
    }

    // Whatever reached the world and was not an agent's, except questions to the configured resolvers.
    private static async Task<IReadOnlyList<PacketCount>> FromTheGatewayAsync(WatchedLab lab)
    {
        WorldSnapshot seen = await lab.World.DrainAsync("", TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(2));
        string[] agents = [.. LabPlan.Agents.SelectMany(a => (string[])[a.Address4, a.Address6])];
        return [.. seen.Packets.Where(p => !agents.Contains(p.Source) && p.Protocol != 0
            && !(p.Port == 53 && (p.Destination == WorldMap.Upstream.Address4 || p.Destination == WorldMap.Upstream.Address6)))];
    }

    // A network namespace whose default routes lead onto a link with nobody at its other end: whatever a program tries is made into a packet, and counted.
    private static async Task<(string Said, long Tried)> InEmptySpaceAsync(string script)
    {
        const string Space = """
            ip link add v0 type veth peer name v1; ip link set lo up; ip link set v0 up; ip link set v1 up
            ip addr add 192.0.2.1/24 dev v0; ip addr add 2001:db8:a::1/64 dev v0 nodad; ip route add default dev v0; ip -6 route add default dev v0
            """;
        Finished run = await Subprocess.RunAsync(
            ["unshare", "--net", "bash", "-c", $"set -e\n{Space}\n/usr/sbin/nft -f - <<'NFT'\n{Witness(WorldMap.Upstream.Address4, WorldMap.Upstream.Address6)}\nNFT\nset +e\n{script}\n/usr/sbin/nft list counters table inet witness"], TimeSpan.FromMinutes(3));
        Assert.True(run.Succeeded, run.Errors);
        return (run.Output, Packets(run.Output, "unasked"));
    }

    private static long Packets(string listed, string counter) =>
        long.Parse(Regex.Match(listed, $@"counter {counter} \{{\s*packets (\d+)").Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^  ([a-z][a-z-]*)\b", RegexOptions.Multiline)]
    private static partial Regex Verb();

    private sealed class WatchedLab() : GatewayLab("enforce")
    {
        public string Upstream4 { get; init; } = WorldMap.Upstream.Address4;

        public string Upstream6 { get; init; } = WorldMap.Upstream.Address6;

        public async Task<(long Asked, long Unasked)> CountAsync()
        {
            Finished listed = await RunAsync(LabPlan.Gateway, "/usr/sbin/nft", "list", "counters", "table", "inet", "witness");
            Assert.True(listed.Succeeded, listed.Errors);
            return (Packets(listed.Output, "asked"), Packets(listed.Output, "unasked"));
        }

        protected override async Task FillMiddleAsync()
        {
            Finished loaded = await Subprocess.RunAsync(Network.Inside(LabPlan.Gateway, "/usr/sbin/nft", "-f", "-"), TimeSpan.FromSeconds(20), Witness(Upstream4, Upstream6));
            Assert.True(loaded.Succeeded, loaded.Errors);
            await base.FillMiddleAsync();
        }
    }
}
