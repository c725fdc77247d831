using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Records;

/// <summary>A lab in whose gateway the kernel forgets connections within seconds rather than minutes or days, so that a test sees their ends. Everything else is as it always is.</summary>
public class BriefLab : RunningLab
{
    // Asks for the whole table of conntrack: on the way the kernel lets go of entries whose time is over, which it else does within a minute.
    private const string LookAtConntrack = """
        import socket, struct
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        s.settimeout(5)
        s.send(struct.pack('=IHHII', 20, (1 << 8) | 1, 0x301, 1, 0) + struct.pack('=BBH', 0, 0, 0))
        while True:
            data = s.recv(65536)
            if struct.unpack_from('=H', data, 4)[0] in (2, 3): break
        """;

    /// <summary>How long the kernel keeps an entry after a FIN: long enough to show that this is no part of the flow's life.</summary>
    public static TimeSpan Linger { get; } = TimeSpan.FromSeconds(6);

    /// <summary>Lets the kernel notice what is over.</summary>
    internal async Task SweepAsync() => Assert.True((await RunAsync(LabPlan.Gateway, "python3", "-c", LookAtConntrack)).Succeeded);

    protected override async Task FillMiddleAsync()
    {
        // An established connection lives longer than a flow waits for its hello.
        (string, int)[] seconds = [("tcp_timeout_time_wait", (int)Linger.TotalSeconds), ("tcp_timeout_close", 2), ("tcp_timeout_established", 16), ("udp_timeout", 3), ("udp_timeout_stream", 3)];
        string set = string.Join("; ", seconds.Select(pair => $"echo {pair.Item2} > /proc/sys/net/netfilter/nf_conntrack_{pair.Item1}"));
        await Subprocess.DemandAsync(Network.Inside(LabPlan.Gateway, "sh", "-euc", set));
        await base.FillMiddleAsync();
    }
}
