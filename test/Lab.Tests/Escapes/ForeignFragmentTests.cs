using System.Security.Cryptography;
using Exeat.Flows;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>Fragments of one datagram from two agents: the kernel puts them together whatever link they came by, so the whole would be the one's and carry the other's bytes (K1, K8).</summary>
public sealed class ForeignFragmentTests(RunningLab lab) : IClassFixture<RunningLab>
{
    // One fragment of a datagram of 64 bytes: its first 40 bytes, or the rest. The source is whatever is said.
    private const string Fragment = """
        import socket, struct, sys
        family, source, destination, number, part, canary = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5], sys.argv[6].encode()
        inet = socket.AF_INET if family == 4 else socket.AF_INET6
        src, dst = socket.inet_pton(inet, source), socket.inet_pton(inet, destination)
        def total(data):
            data += b'\0' * (len(data) % 2)
            sum_ = sum(struct.unpack(f'!{len(data) // 2}H', data))
            while sum_ >> 16: sum_ = (sum_ & 0xffff) + (sum_ >> 16)
            return ~sum_ & 0xffff or 0xffff
        data = canary + b'x' * (56 - len(canary))
        head = struct.pack('!HHHH', 40000 + number % 1000, 5432, 64, 0)
        pseudo = src + dst + (struct.pack('!BBH', 0, 17, 64) if family == 4 else struct.pack('!II', 64, 17))
        whole = head[:6] + struct.pack('!H', total(pseudo + head + data)) + data
        at, piece, more = (0, whole[:40], 1) if part == 'first' else (40, whole[40:], 0)
        if family == 4:
            packet = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(piece), number, at // 8 | more << 13, 64, 17, 0) + src + dst + piece
            raw = socket.socket(inet, socket.SOCK_RAW, socket.IPPROTO_RAW)
        else:
            packet = struct.pack('!IHBB', 6 << 28, 8 + len(piece), 44, 64) + src + dst + struct.pack('!BBHI', 17, 0, at | more, number) + piece
            raw = socket.socket(inet, socket.SOCK_RAW, socket.IPPROTO_RAW)
        raw.sendto(packet, (destination, 0))
        """;

    private const string Owner = "coding-1", Other = "locked-down-1";

    [Theory, InlineData(4), InlineData(6)]
    public async Task K1_An_agents_bytes_do_not_travel_in_anothers_datagram(int family)
    {
        await lab.BeginAsync();
        await lab.ChangeAsync(() => lab.Write(RunningLab.PolicyFile, RunningLab.Policy(more: "- {name: allow-data-udp, priority: 11, from: [all], to: {groups: [data]}, protocol: udp, ports: [5432], action: permit}")));
        DateTimeOffset from = TimeProvider.System.GetUtcNow();
        int number = 1000 + (100 * family);
        // The control: in pieces of its own the datagram arrives.
        Assert.True(await ArrivesAsync(family, number, Owner, Owner), "the agent's own fragments do not arrive, so this test shows nothing");

        Assert.False(await ArrivesAsync(family, number + 1, Other, Owner), "the first piece was another agent's");
        Assert.False(await ArrivesAsync(family, number + 2, Owner, Other), "the last piece was another agent's");
        // What another one planted takes no place of the owner's.
        await SendAsync(family, number + 3, Other, "first", Canary());
        Assert.True(await ArrivesAsync(family, number + 3, Owner, Owner), "a piece that another agent planted kept the owner's from being put together");

        // On record as what it was, though by whom cannot be said of a forged source.
        FlowEvent[] told = [];
        for (int i = 0; i < 100 && told.Length == 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            told = [.. new JournalReader(lab.State.Journal).Read(from).Where(r => r.End == "foreign_fragments")];
        }
        Assert.NotEmpty(told);
        Assert.All(told, r => Assert.Equal(("deny", "spoofed-source"), (r.Verdict, r.Reason)));
    }

    private static string Canary() => "canary-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    private async Task<bool> ArrivesAsync(int family, int number, string first, string last)
    {
        string canary = Canary();
        await SendAsync(family, number, first, "first", canary);
        await SendAsync(family, number, last, "last", canary);
        for (int i = 0; i < 10; i++)
        {
            if ((await lab.World.ReadAsync()).Has(canary)) return true;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        return false;
    }

    private async Task SendAsync(int family, int number, string agent, string part, string canary)
    {
        Finished sent = await lab.RunAsync(agent, "python3", "-c", Fragment, $"{family}", LabPlan.Find(Owner)!.Address(family), RunningLab.DatabaseAt(family), $"{number}", part, canary);
        Assert.True(sent.Succeeded, sent.Errors);
    }
}
