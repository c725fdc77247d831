using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>In one change two agents change their links, or their addresses. The kernel keeps nothing of what they had: it lies in the zone of the link by which it began (I11).</summary>
public sealed class MovedAgentTests(RunningLab lab) : IClassFixture<RunningLab>
{
    // How many of the kernel's entries were begun by an address, in whatever zone. Netlink: CTA_TUPLE_ORIG, CTA_TUPLE_IP, CTA_IP_V4_SRC or CTA_IP_V6_SRC.
    private const string Count = """
        import ipaddress, socket, struct, sys
        source = ipaddress.ip_address(sys.argv[1]).packed
        def inside(data):
            found = {}
            while len(data) >= 4:
                length, kind = struct.unpack_from('=HH', data)
                found[kind & 0x3fff] = data[4:length]
                data = data[(length + 3) & ~3:]
            return found
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        s.settimeout(5)
        s.send(struct.pack('=IHHII', 20, (1 << 8) | 1, 0x301, 1, 0) + struct.pack('=BBH', 0, 0, 0))
        count, more = 0, True
        while more:
            data = s.recv(1 << 20)
            while data:
                length, kind = struct.unpack_from('=IH', data)
                if kind in (2, 3): more = False; break
                addresses = inside(inside(inside(data[20:length])[1])[1])
                count += source in (addresses.get(1), addresses.get(3))
                data = data[(length + 3) & ~3:]
        print(count)
        """;

    [Theory, InlineData(4, false), InlineData(6, false), InlineData(4, true), InlineData(6, true)]
    public async Task Nothing_is_left_of_the_connections_of_an_address_that_moves_to_another_link(int family, bool toAnother)
    {
        await lab.BeginAsync();
        string agents = lab.Read(RunningLab.AgentsFile), address = LabPlan.Find("coding-1")!.Address(family);
        Sender tcp = await lab.SendAsync("coding-1", family, seconds: 6);
        Assert.NotEqual("0", await LeftAsync());
        string moved = toAnother ? Swap(agents, "192.0.2.10, \"2001:db8:a:2::2\"", "192.0.2.14, \"2001:db8:a:3::2\"") : Swap(agents, "interface: ag-2", "interface: ag-3");
        await lab.ChangeAsync(() => lab.Write(RunningLab.AgentsFile, moved));
        Assert.Equal("0", await LeftAsync());
        long arrived = await lab.ArrivedAsync("coding-1", family, 6);
        await tcp.EndAsync();
        Assert.Equal(arrived, await lab.ArrivedAsync("coding-1", family, 6));
        await lab.ChangeAsync(() => lab.Write(RunningLab.AgentsFile, agents));
        Assert.True((await lab.TryAsync("tcp-send", "@database", family, port: 5432)).Arrived);

        async Task<string> LeftAsync()
        {
            Finished asked = await lab.RunAsync(LabPlan.Gateway, "python3", "-c", Count, address);
            Assert.True(asked.Succeeded, asked.Errors);
            return asked.Output.Trim();
        }
    }

    private static string Swap(string text, string one, string other)
    {
        Assert.Contains(one, text, StringComparison.Ordinal);
        Assert.Contains(other, text, StringComparison.Ordinal);
        return text.Replace(one, "\0", StringComparison.Ordinal).Replace(other, one, StringComparison.Ordinal).Replace("\0", other, StringComparison.Ordinal);
    }
}
