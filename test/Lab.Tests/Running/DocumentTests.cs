using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Running;

/// <summary>Mistakes keep the last good values of a document in force, over a start too; the gateway document changes live (K12).</summary>
public sealed class DocumentTests(RunningLab lab) : IClassFixture<RunningLab>
{
    [Fact]
    public async Task A_mistake_keeps_the_last_good_policy_and_does_not_hold_back_a_quarantine()
    {
        await lab.BeginAsync();
        string agents = lab.Read(RunningLab.AgentsFile);
        lab.Write(RunningLab.PolicyFile, RunningLab.Policy().Replace("action: permit", "acton: permit", StringComparison.Ordinal));
        await lab.UntilAsync(() => lab.Log().Contains("policy.yaml:12:", StringComparison.Ordinal), "it does not say where the mistake is");
        foreach (int family in (int[])[4, 6]) Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);

        await lab.ChangeAsync(() => lab.Write(RunningLab.AgentsFile, lab.Quarantined("coding-1")));
        foreach (int family in (int[])[4, 6])
        {
            Assert.False((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);
            Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432, agent: "research-1")).Arrived);
        }
        await lab.ChangeAsync(() => lab.Write(RunningLab.AgentsFile, agents));
    }

    // A folder lies where a file has to be written. Before the kernel is told anything, and when everything is in force but what tools wait for.
    [Theory, InlineData("generation.new"), InlineData("applied.json.new")]
    public async Task A_change_that_the_disk_refused_is_tried_again_soon_and_made_whole(string file)
    {
        await lab.BeginAsync();
        string blocked = Path.Combine(lab.State.Gateway, file);
        int said = Refusals();
        Directory.CreateDirectory(blocked);
        try
        {
            lab.Write(RunningLab.AgentsFile, lab.Quarantined("coding-1"));
            await lab.UntilAsync(() => Refusals() >= said + 2, "it was not tried again");
        }
        finally
        {
            await lab.ChangeAsync(() => Directory.Delete(blocked));
        }
        Assert.False((await lab.TryAsync("tcp-send", "@database", 4, port: 5432)).Arrived);
    }

    private int Refusals() => lab.Log().Split("policy not changed").Length;

    [Fact]
    public async Task A_start_with_a_broken_policy_goes_on_with_the_last_good_one()
    {
        await lab.BeginAsync();
        lab.Write(RunningLab.PolicyFile, "kind: nonsense");
        await lab.Gateway.Process.SignalAsync("KILL");
        await lab.UntilAsync(() => lab.Gateway.Process.HasEnded, "it lives");
        await lab.Gateway.RestartAsync();
        Assert.Contains("last good", lab.Log(), StringComparison.Ordinal);
        foreach (int family in (int[])[4, 6])
        {
            Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);
            Assert.False((await lab.TryAsync("tcp-send", "@attacker", family, port: 5432)).Arrived);
        }
        // And goes on from there when the policy is mended.
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(data: ", mode: off")));
        Assert.False((await lab.TryAsync("tcp-send", "@database", 4, port: 5432)).Arrived);
    }

    // An agent's machine that ends takes its link along, and a root in it can take it away: no other agent waits for it (I10).
    [Fact]
    public async Task A_link_that_is_gone_keeps_no_other_agent_from_its_gateway_and_is_made_safe_when_it_comes_back()
    {
        await lab.BeginAsync();
        string gateway = lab.Read(RunningLab.GatewayFile), agents = lab.Read(RunningLab.AgentsFile);
        try
        {
            // A name that never was an agent's is a mistake: the link that was meant would not be locked.
            lab.Write(RunningLab.GatewayFile, gateway.Replace("ag-3, ", "ag-3, ag-x, ", StringComparison.Ordinal));
            await lab.UntilAsync(() => lab.Log().Contains("no such interface here: ag-x", StringComparison.Ordinal), "it says nothing of a link that is not there");
            await LinkAsync("add", "ag-x", "type", "veth", "peer", "name", "ag-xp");
            lab.Write(RunningLab.AgentsFile, agents.TrimEnd() + "\n- {id: extra-1, class: coding, interface: ag-x, addresses: [192.0.2.99]}\n");
            await lab.UntilAsync(() => File.ReadAllText(Path.Combine(lab.State.Gateway, "zones")).Contains("ag-x ", StringComparison.Ordinal), "it is not attached");
            Assert.Equal("0", await SettingAsync());
            await LinkAsync("del", "ag-x");
            await lab.Gateway.Process.SignalAsync("KILL");
            await lab.UntilAsync(() => lab.Gateway.Process.HasEnded, "it lives");
            await lab.Gateway.RestartAsync();
            Assert.Contains("ag-x is in inside and not there", lab.Log(), StringComparison.Ordinal);
            foreach (int family in (int[])[4, 6]) Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);
            await LinkAsync("add", "ag-x", "type", "veth", "peer", "name", "ag-xp");
            await lab.UntilAsync(() => SettingAsync().GetAwaiter().GetResult() == "0", "a link that came back sends redirects");
        }
        finally
        {
            await lab.RunAsync(LabPlan.Gateway, "ip", "link", "del", "ag-x");
            lab.Write(RunningLab.AgentsFile, agents);
            lab.Write(RunningLab.GatewayFile, gateway);
        }

        async Task LinkAsync(params string[] words)
        {
            Finished made = await lab.RunAsync(LabPlan.Gateway, ["ip", "link", .. words]);
            Assert.True(made.Succeeded, made.Errors);
        }

        async Task<string> SettingAsync() => (await lab.RunAsync(LabPlan.Gateway, "sysctl", "-n", "net.ipv4.conf.ag-x.send_redirects")).Output.Trim();
    }

    // Made before its link is: the document waits for the link, and nothing else waits for the document.
    [Theory, InlineData(4), InlineData(6)]
    public async Task A_document_with_a_link_that_never_was_does_not_hold_back_a_quarantine_and_comes_into_force_with_the_link(int family)
    {
        await lab.BeginAsync();
        string gateway = lab.Read(RunningLab.GatewayFile), agents = lab.Read(RunningLab.AgentsFile), link = $"ag-w{family}";
        string missing = $"no such interface here: {link}";
        try
        {
            int before = lab.Generation();
            lab.Write(RunningLab.GatewayFile, gateway.Replace("ag-3, ", $"ag-3, {link}, ", StringComparison.Ordinal));
            await lab.UntilAsync(() => lab.Log().Split(missing).Length > 2, "it says nothing of a link that is not there, or does not try again");
            // To try again changes nothing.
            Assert.Equal(before, lab.Generation());
            Sender one = await lab.SendAsync("coding-1", family, seconds: 20), other = await lab.SendAsync("research-1", family, seconds: 8);
            long start = TimeProvider.System.GetTimestamp();
            await lab.ChangeAsync(() => lab.Write(RunningLab.AgentsFile, lab.Quarantined("coding-1")));
            Assert.Equal("reset", (await one.EndAsync()).How);
            Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(3));
            Assert.Equal("time", (await other.EndAsync()).How);
            Assert.False((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);

            lab.Write(RunningLab.AgentsFile, agents.TrimEnd() + $"\n- {{id: extra-{family}, class: coding, interface: {link}, addresses: [192.0.2.9{family}]}}\n");
            await lab.ChangeAsync(() => lab.RunAsync(LabPlan.Gateway, "ip", "link", "add", link, "type", "veth", "peer", "name", link + "p").GetAwaiter().GetResult());
            await lab.UntilAsync(() => File.ReadAllText(Path.Combine(lab.State.Gateway, "zones")).Contains(link + " ", StringComparison.Ordinal), "the document did not come into force with its link");
            Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);
        }
        finally
        {
            lab.Write(RunningLab.AgentsFile, agents);
            lab.Write(RunningLab.GatewayFile, gateway);
            await lab.RunAsync(LabPlan.Gateway, "ip", "link", "del", link);
        }
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task An_interface_is_taken_out_and_put_in_again_without_an_open_moment(int family)
    {
        await lab.BeginAsync();
        string gateway = lab.Read(RunningLab.GatewayFile);
        Sender sender = await lab.SendAsync("research-1", family, seconds: 10), neighbour = await lab.SendAsync("coding-1", family, seconds: 8);
        await lab.ChangeAsync(() => lab.Write(RunningLab.GatewayFile, gateway.Replace("ag-3, ", "", StringComparison.Ordinal)));
        // Not an agent any more, and locked: neither its flow nor anything else of it goes on, and nothing reaches it.
        long arrived = await lab.ArrivedAsync("research-1", family, 6);
        Assert.False((await lab.TryAsync("tcp-send", "@database", family, port: 5432, agent: "research-1")).Arrived);
        Assert.False((await lab.TryAsync("udp-send", "@database", family, port: 5432, agent: "research-1")).Arrived);
        Assert.Equal(arrived, await lab.ArrivedAsync("research-1", family, 6));
        await sender.EndAsync();
        Assert.Equal(arrived, await lab.ArrivedAsync("research-1", family, 6));

        await lab.ChangeAsync(() => lab.Write(RunningLab.GatewayFile, gateway));
        Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432, agent: "research-1")).Arrived);
        Assert.Equal("time", (await neighbour.EndAsync()).How);
    }

    // The table that drops is loaded anew when its interfaces change, and counts from nothing: what it had counted since it was last read is not lost (I5).
    [Theory, InlineData(4), InlineData(6)]
    public async Task What_the_drop_table_counted_is_recorded_before_a_change_of_interfaces(int family)
    {
        await lab.BeginAsync();
        string gateway = lab.Read(RunningLab.GatewayFile), agent = LabPlan.Find("coding-1")!.Address(family);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        // The gateway's machine itself towards an agent: dropped there, and no queue hears of it.
        Finished tried = await lab.RunAsync(LabPlan.Gateway, "python3", "-c",
            "import socket,sys\ns=socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET,socket.SOCK_DGRAM)\n"
            + "for i in range(7):\n try: s.sendto(b'x',(sys.argv[1],9))\n except PermissionError: print('dropped')\n", agent);
        Assert.Equal(7, tried.Output.Split("dropped").Length - 1);
        await lab.ChangeAsync(() => lab.Write(RunningLab.GatewayFile, gateway.Replace("ag-3, ", "", StringComparison.Ordinal)));
        await lab.UntilAsync(() => new JournalReader(lab.State.Journal).Read(from).Where(e => e is { Event: "counted", End: "unstamped_output" }).Sum(e => e.Count) >= 7, "what was dropped is on nobody's record");
        await lab.ChangeAsync(() => lab.Write(RunningLab.GatewayFile, gateway));
    }

    [Fact]
    public async Task Resolvers_change_live_and_what_cannot_change_is_refused_whole()
    {
        await lab.BeginAsync();
        string gateway = lab.Read(RunningLab.GatewayFile);
        Assert.True((await lab.TryAsync("https", "openclaw.ai", 4)).Client.Succeeded);
        string other = gateway.Replace("upstream: [198.51.100.54, \"2001:db8:53::54\"]", "upstream: [203.0.113.250]", StringComparison.Ordinal);
        Assert.NotEqual(gateway, other);
        await lab.ChangeAsync(() => lab.Write(RunningLab.GatewayFile, other));
        Assert.False((await lab.TryAsync("https", "openclaw.ai", 4)).Client.Succeeded, "the upstream that was taken out still answers");
        await lab.ChangeAsync(() => lab.Write(RunningLab.GatewayFile, gateway));
        foreach (int family in (int[])[4, 6]) Assert.True((await lab.TryAsync("https", "openclaw.ai", family)).Client.Succeeded);

        int before = lab.Generation();
        lab.Write(RunningLab.GatewayFile, other.Replace("id: lab", "id: other", StringComparison.Ordinal));
        await lab.UntilAsync(() => lab.Log().Contains("id cannot change while the gateway runs", StringComparison.Ordinal), "it does not refuse");
        Assert.Equal(before, lab.Generation());
        Assert.True((await lab.TryAsync("https", "openclaw.ai", 4)).Client.Succeeded);
        lab.Write(RunningLab.GatewayFile, gateway);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task Two_agents_of_different_modes_behind_one_interface_are_told_apart_by_identity(int family)
    {
        await lab.BeginAsync();
        string agents = lab.Read(RunningLab.AgentsFile);
        (string second, string own) = family == 4 ? ("192.0.2.130", LabPlan.Find("coding-1")!.Address4) : ("2001:db8:a:2::3", LabPlan.Find("coding-1")!.Address6);
        string length = family == 4 ? "/32" : "/64", flag = family == 4 ? "-4" : "-6";
        await Demand("coding-1", "ip", flag, "addr", "replace", second + length, "dev", "eth0", "preferred_lft", "0");
        if (family == 4) await Demand(LabPlan.Gateway, "ip", "route", "replace", second + "/32", "dev", "ag-2");
        await lab.ChangeAsync(() =>
        {
            lab.Write(RunningLab.AgentsFile, agents + $"- {{id: guest-1, class: guest, interface: ag-2, addresses: [\"{second}\"]}}\n");
            lab.Write(RunningLab.PolicyFile, RunningLab.Policy(groups: "  guests: {class: guest, mode: monitor}"));
        });
        // Both documents, whichever came first: a signal reads what there is now.
        await lab.ChangeAsync(() => lab.Gateway.Process.SignalAsync("HUP").GetAwaiter().GetResult());
        string resolver = family == 4 ? WorldMap.PublicResolver.Address4 : WorldMap.PublicResolver.Address6;
        // 53 to a resolver that is not intercepted: forwarded in monitor only.
        foreach (int port in (int[])[53, 853])
        {
            await TryFrom(second, resolver, port, flag);
            await TryFrom(own, resolver, port, flag);
        }
        WorldSnapshot seen = await lab.World.DrainAsync("", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));
        foreach (int port in (int[])[53, 853])
        {
            Assert.True(seen.From(second, resolver, 17, port).Packets > 0, $"what monitor lets pass did not arrive at port {port}");
            Assert.Equal(0, seen.From(own, resolver, 17, port).Packets);
        }
        await Demand("coding-1", "ip", flag, "addr", "del", second + length, "dev", "eth0");
    }

    private Task TryFrom(string source, string to, int port, string flag) => lab.RunAsync("coding-1", "python3", "-c",
        "import socket,sys\ns=socket.socket(socket.AF_INET if sys.argv[4]=='-4' else socket.AF_INET6,socket.SOCK_DGRAM)\ns.bind((sys.argv[1],0))\n"
        + "for i in range(3):\n try: s.sendto(b'\\x12\\x34\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x01a\\x07example\\x00\\x00\\x01\\x00\\x01',(sys.argv[2],int(sys.argv[3])))\n except OSError: pass\n",
        source, to, port.ToString(System.Globalization.CultureInfo.InvariantCulture), flag);

    private async Task Demand(string space, params string[] command)
    {
        Finished done = await lab.RunAsync(space, command);
        Assert.True(done.Succeeded, done.LastLine);
    }
}
