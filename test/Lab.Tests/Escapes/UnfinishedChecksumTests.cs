using System.Security.Cryptography;
using Exeat.Flows;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>
/// A sender on a link inside the machine may leave sixteen bits of a packet, at a place of its choice, to be written when it leaves (PACKET_VNET_HDR, VIRTIO_NET_HDR_F_NEEDS_CSUM): after it was judged (T9, K1).
/// </summary>
public sealed class UnfinishedChecksumTests(RunningLab lab) : IClassFixture<RunningLab>
{
    // Opens a flow that policy permits, and sends one packet of it, or of another socket's, whose bits at the given place become the wanted number when its checksum is finished.
    private const string Unfinished = """
        import re, socket, struct, subprocess, sys, time
        family, source, destination, own, start, at, wanted, canary = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6]), int(sys.argv[7]), sys.argv[8].encode()
        inet = socket.AF_INET if family == 4 else socket.AF_INET6
        flow = socket.socket(inet, socket.SOCK_DGRAM)
        flow.bind((source, 40100))
        for _ in range(10):
            flow.sendto(b'opened ' + canary, (destination, 5432))
            time.sleep(0.2)
        gateway = re.search(r'via (\S+)', subprocess.check_output(['ip', f'-{family}', 'route', 'get', destination], text=True))[1]
        hardware = bytes.fromhex(re.search(r'lladdr (\S+)', subprocess.check_output(['ip', f'-{family}', 'neigh', 'show', gateway, 'dev', 'eth0'], text=True))[1].replace(':', ''))
        link = hardware + bytes.fromhex(open('/sys/class/net/eth0/address').read().strip().replace(':', '')) + (b'\x08\x00' if family == 4 else b'\x86\xdd')
        src, dst = socket.inet_pton(inet, source), socket.inet_pton(inet, destination)
        def total(data):
            sum_ = sum(struct.unpack(f'!{len(data) // 2}H', data))
            while sum_ >> 16: sum_ = (sum_ & 0xffff) + (sum_ >> 16)
            return sum_
        def frame(fill):
            data = canary.ljust(62, b'x') + struct.pack('!H', fill)
            udp = struct.pack('!HHHH', own, 5432, 8 + len(data), 0) + data
            if family == 6: return link + struct.pack('!IHBB', 6 << 28, len(udp), 17, 64) + src + dst + udp
            head = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0) + src + dst
            return link + head[:10] + struct.pack('!H', ~total(head) & 0xffff) + head[12:] + udp
        fill = (0xffff - wanted - total(frame(0)[start:])) % 0xffff
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        raw.setsockopt(263, 15, 1)
        raw.bind(('eth0', 0))
        for _ in range(3): raw.send(struct.pack('<BBHHHH', 1, 0, 0, 0, start, at - start) + frame(fill))
        """;

    // Prints where to every packet goes that bears the canary, as it comes out of the gateway.
    private const string Witness = """
        import socket, sys, time
        canary, end, opened = sys.argv[1].encode(), time.monotonic() + 20, False
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        tap.settimeout(0.1)
        print('ready', flush=True)
        while time.monotonic() < end:
            try: packet, link = tap.recvfrom(65536)
            except TimeoutError: continue
            if link[0] != 'wan0' or link[2] == 4 or canary not in packet: continue
            version, at = packet[0] >> 4, packet.find(canary)
            to = socket.inet_ntop(socket.AF_INET, packet[16:20]) if version == 4 else socket.inet_ntop(socket.AF_INET6, packet[24:40])
            udp = (packet[0] & 15) * 4 if version == 4 else 40
            first = packet[:at].endswith(b'opened ')
            if first and not opened: opened, end = True, time.monotonic() + 6
            print('opened' if first else 'sent', to, int.from_bytes(packet[udp + 2:udp + 4]), flush=True)
        """;

    private const string Agent = "coding-1";
    private const int Other = 9999, OpenFlow = 40100, NewFlow = 40101;

    /// <param name="family">4 or 6.</param>
    /// <param name="own">The source port: of the flow that is open, which the kernel carries by itself, or another, which is judged.</param>
    /// <param name="destination">Whether the end of the destination address is to change (IPv6: nothing else guards it), or its port.</param>
    [Theory]
    [InlineData(4, OpenFlow, false)]
    [InlineData(6, OpenFlow, false)]
    [InlineData(6, OpenFlow, true)]
    [InlineData(4, NewFlow, false)]
    [InlineData(6, NewFlow, false)]
    [InlineData(6, NewFlow, true)]
    public async Task K1_What_leaves_is_what_was_judged(int family, int own, bool destination)
    {
        await lab.BeginAsync();
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(more: "- {name: allow-data-udp, priority: 11, from: [all], to: {groups: [data]}, protocol: udp, ports: [5432], action: permit}")));
        // Where the outside link finishes checksums by itself the lab's would not: software does it for this one.
        Assert.True((await lab.RunAsync(LabPlan.Gateway, "ethtool", "-K", LabPlan.Wan, "tx", "off")).Succeeded);
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        string honest = $"{RunningLab.DatabaseAt(family)} 5432", foreign = destination ? "fd00:20::270f 5432" : $"{RunningLab.DatabaseAt(family)} {Other}";

        string[] seen = await TryAsync(family, own, destination);
        Assert.True(seen.Contains($"opened {honest}"), $"the agent's own datagrams do not arrive, so this test shows nothing; on record: {string.Join('\n', new JournalReader(lab.State.Journal).Read(from))}");
        Assert.DoesNotContain($"sent {foreign}", seen);
        // On record as what it is.
        FlowEvent[] told = [];
        for (int i = 0; i < 100 && told.Length == 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            told = [.. new JournalReader(lab.State.Journal).Read(from).Where(r => r.Agent == Agent && $"{r.Destination} {r.Port}" == foreign)];
        }
        Assert.NotEmpty(told);
        Assert.All(told, r => Assert.Equal(("deny", "default-deny"), (r.Verdict, r.Reason)));

        // The control: without the rule that finishes them, and with nobody there who would put it back, what leaves is something else. Only what the kernel carries by itself: what is asked about waits.
        if (own == NewFlow) return;
        await lab.Gateway.Process.SignalAsync("STOP");
        try
        {
            Assert.True((await lab.RunAsync(LabPlan.Gateway, "/usr/sbin/nft", "delete table ip mangle; delete table ip6 mangle")).Succeeded);
            Assert.Contains($"sent {foreign}", await TryAsync(family, own, destination));
        }
        finally
        {
            await lab.Gateway.Process.SignalAsync("CONT");
        }
        await lab.UntilAsync(() => lab.RunAsync(LabPlan.Gateway, "/usr/sbin/nft", "list", "tables").GetAwaiter().GetResult().Output.Contains("ip6 mangle", StringComparison.Ordinal), "the rule was not put back");
        Assert.DoesNotContain($"sent {foreign}", await TryAsync(family, own, destination));
    }

    private async Task<string[]> TryAsync(int family, int own, bool destination)
    {
        string canary = "canary-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        Task<Finished> witness = lab.RunAsync(LabPlan.World, "python3", "-c", Witness, canary);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        // Offsets from the frame's first byte; the kernel demands that a checksum begins behind 40 bytes of IPv6.
        int transport = 14 + (family == 4 ? 20 : 40);
        (int start, int at) = destination ? (40, 14 + 38) : (transport, transport + 2);
        Finished sent = await lab.RunAsync(Agent, "python3", "-c", Unfinished, $"{family}", LabPlan.Find(Agent)!.Address(family), RunningLab.DatabaseAt(family), $"{own}", $"{start}", $"{at}", $"{Other}", canary);
        Assert.True(sent.Succeeded, sent.Errors);
        Finished watched = await witness;
        Assert.True(watched.Succeeded, watched.Errors);
        return watched.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
