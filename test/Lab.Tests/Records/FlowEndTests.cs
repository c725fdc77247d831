using System.Globalization;
using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Records;

/// <summary>How flows end, and what they carried: conntrack's words and counts in the journal, beside what arrived at the far side (I5; issue of flow ends).</summary>
[Collection(Alone.Name)]
public sealed class FlowEndTests(BriefLab lab) : IClassFixture<BriefLab>
{
    private const int Payload = 100_000, Datagrams = 50, DatagramBytes = 100;

    // Prints its source port and how many seconds it lived. argv: what to do, host, port.
    private const string Client = """
        import socket, ssl, struct, sys, time
        what, host, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
        info = socket.getaddrinfo(host, port, socket.AF_INET6 if sys.argv[4] == '6' else socket.AF_INET)[0]
        s = socket.socket(info[0], socket.SOCK_DGRAM if what == 'datagrams' else socket.SOCK_STREAM)
        s.bind(('::' if sys.argv[4] == '6' else '0.0.0.0', 0))
        s.settimeout(30)
        source = s.getsockname()[1]
        began = time.monotonic()
        def transfer(count):
            got = 0; sent = 0
            while got < count:
                sent += s.send(b'x' * min(10000, count - sent)) if sent < count else 0
                got += len(s.recv(65536))
            assert got == count, got
        try:
            s.connect(info[4])
            if what == 'datagrams':
                for i in range(int(sys.argv[5])):
                    try: s.send(b'x' * int(sys.argv[6]))
                    except (ConnectionRefusedError, PermissionError): s.send(b'x' * int(sys.argv[6]))
                    time.sleep(0.1 if i == 0 else 0.005)
            elif what == 'silent': s.recv(1)
            elif what == 'wrong-name': ssl._create_unverified_context().wrap_socket(s, server_hostname='unknown-host.example')
            elif what == 'none': pass
            else:
                transfer(int(sys.argv[5]))
                time.sleep(1)
                if what == 'reset': s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        except (ConnectionError, PermissionError, ssl.SSLError) as e: print(type(e).__name__, file=sys.stderr)
        lived = time.monotonic() - began
        if what == 'leave':
            print(source, lived, flush=True)
            time.sleep(24)
        s.close()
        if what != 'leave': print(source, lived)
        """;

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_flow_ends_with_what_it_carried_and_how(int family)
    {
        await lab.BeginAsync();
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(
            more: "- {name: allow-datagrams, priority: 11, from: [all], to: {groups: [data]}, protocol: udp, ports: [5432], action: permit}")));
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string database = RunningLab.DatabaseAt(family), attacker = family == 4 ? WorldMap.Attacker.Address4 : WorldMap.Attacker.Address6;
        WorldSnapshot before = await lab.World.ReadAsync();
        Task<(int, TimeSpan)> closed = ClientAsync("coding-1", "close", database, 5432, family, Payload), reset = ClientAsync("research-1", "reset", database, 5432, family, Payload),
            left = ClientAsync("support-1", "leave", database, 5432, family, Payload), datagrams = ClientAsync("coding-1", "datagrams", database, 5432, family, Datagrams, DatagramBytes),
            silent = ClientAsync("coding-1", "silent", "openclaw.ai", 443, family), wrong = ClientAsync("research-1", "wrong-name", "openclaw.ai", 443, family),
            refused = ClientAsync("coding-1", "none", attacker, 443, family);

        // One after the other: each waits until its record is there.
        FlowEvent refusal = await FirstAsync(from, "coding-1", attacker, await refused, e => e.Event == "decision");
        Assert.Equal(("deny", "refused", "first-packet"), (refusal.Verdict, refusal.End, refusal.Stage));
        Assert.Equal("refused", (await EndAsync(from, "research-1", 443, await wrong)).End);

        (int Port, TimeSpan Lived) one = await datagrams;
        FlowEvent end = await EndAsync(from, "coding-1", 5432, one, "udp");
        Assert.Equal("timeout", end.End);
        await AssertCarriedAsync(end, before, "coding-1", family, 17, Datagrams * DatagramBytes, 0);
        Assert.Equal((Datagrams, Datagrams * (DatagramBytes + 8 + (family == 4 ? 20 : 40))), (end.PacketsOut, end.BytesOut));

        one = await reset;
        end = await EndAsync(from, "research-1", 5432, one);
        Assert.Equal("reset", end.End);
        await AssertCarriedAsync(end, before, "research-1", family, 6, Payload, Payload);

        one = await closed;
        end = await EndAsync(from, "coding-1", 5432, one);
        Assert.Equal("closed", end.End);
        await AssertCarriedAsync(end, before, "coding-1", family, 6, Payload, Payload);
        // The client lived a second and its transfer; the kernel kept the entry for longer, which is no part of the flow's life.
        Assert.InRange(end.DurationMs, one.Lived.TotalMilliseconds * 0.9, one.Lived.TotalMilliseconds + BriefLab.Linger.TotalMilliseconds * 0.8);

        Assert.Equal("no-hello", (await EndAsync(from, "coding-1", 443, await silent)).End);
        end = await EndAsync(from, "support-1", 5432, await left);
        Assert.Equal("timeout", end.End);
        Assert.True(end.BytesOut > Payload && end.BytesIn > Payload, $"{end.BytesOut} out, {end.BytesIn} in");
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_flow_that_a_new_policy_ends_says_so_with_its_counts(int family)
    {
        await lab.BeginAsync();
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        long before = await lab.ArrivedAsync("research-1", family, 6);
        Sender sender = await lab.SendAsync("research-1", family);
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(data: ", expires: 2020-01-01")));
        Assert.Equal("reset", (await sender.EndAsync()).How);
        FlowEvent end = await FirstAsync(from, "research-1", RunningLab.DatabaseAt(family), default, e => e is { Event: "end", Port: 5432 });
        Assert.Equal("policy-changed", end.End);
        long arrived = await lab.ArrivedAsync("research-1", family, 6) - before;
        // What the kernel counted, less the one packet (or few) that was refused.
        Assert.InRange(end.PacketsOut, arrived - 1, arrived + 20);
    }

    private async Task AssertCarriedAsync(FlowEvent end, WorldSnapshot before, string agent, int family, int protocol, long payload, long echoed)
    {
        LabAgent from = LabPlan.Find(agent)!;
        string source = family == 4 ? from.Address4 : from.Address6, database = RunningLab.DatabaseAt(family);
        PacketCount was = before.From(source, database, protocol, 5432), now = (await lab.World.ReadAsync()).From(source, database, protocol, 5432);
        Assert.Equal(now.Packets - was.Packets, end.PacketsOut);
        // More than was sent is what the client sent twice.
        long arrived = now.Payload - was.Payload;
        Assert.InRange(arrived, payload, payload * 2);
        (int least, int most) = protocol == 17 ? (28, 48) : family == 4 ? (40, 80) : (60, 100);
        Assert.InRange(end.BytesOut - arrived, least * end.PacketsOut, most * end.PacketsOut);
        if (echoed > 0) Assert.InRange(end.BytesIn, echoed + least * end.PacketsIn, echoed * 2 + most * end.PacketsIn);
        else Assert.Equal((0, 0), (end.BytesIn, end.PacketsIn));
    }

    private Task<FlowEvent> EndAsync(DateTimeOffset from, string agent, int port, (int Port, TimeSpan Lived) client, string protocol = "tcp") =>
        FirstAsync(from, agent, null, client, e => e.Event == "end" && e.Port == port && e.Protocol == protocol);

    private async Task<FlowEvent> FirstAsync(DateTimeOffset from, string agent, string? to, (int Port, TimeSpan Lived) client, Func<FlowEvent, bool> wanted)
    {
        List<FlowEvent> own = [];
        for (int i = 0; i < 100; i++)
        {
            own = [.. new JournalReader(lab.State.Journal).Read(from).Where(e => e.Agent == agent && (to is null || e.Destination == to) && (client.Port == 0 || e.SourcePort == client.Port))];
            if (own.FirstOrDefault(wanted) is { } found) return found;
            await lab.SweepAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }
        Assert.Fail($"no such record of {agent}, port {client.Port}, among: {string.Join("; ", own.Select(e => $"{e.Event} {e.Verdict} {e.Reason} {e.Protocol} {e.Port} {e.End}"))}\n{lab.Gateway.Process.LastWords()}");
        return null!;
    }

    private async Task<(int Port, TimeSpan Lived)> ClientAsync(string agent, string what, string host, int port, int family, params int[] more)
    {
        Finished finished = await Subprocess.RunAsync(lab.Network.Inside(agent,
            ["python3", "-c", Client, what, host, $"{port}", $"{family}", .. more.Select(number => $"{number}")]), TimeSpan.FromSeconds(60));
        string[] words = finished.Output.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(words.Length == 2, $"{what}: {finished.Status} {finished.LastLine}");
        return (int.Parse(words[0], CultureInfo.InvariantCulture), TimeSpan.FromSeconds(double.Parse(words[1], CultureInfo.InvariantCulture)));
    }
}
