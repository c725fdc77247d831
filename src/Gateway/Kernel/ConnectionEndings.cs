using System.Globalization;
using Exeat.Gateway.Records;
using Exeat.Linux;

namespace Exeat.Gateway.Kernel;

/// <summary>Reads from conntrack's last word on a connection how it ended, and how long the kernel kept the entry afterwards.</summary>
internal sealed class ConnectionEndings
{
    private const byte Tcp = 6, Udp = 17;

    // Seconds that an entry in this state outlives its last packet; read once, since nobody changes them while a gateway runs.
    private readonly TimeSpan[] _tcp =
    [
        .. new[] { "", "syn_sent", "syn_recv", "", "fin_wait", "close_wait", "last_ack", "time_wait", "close", "syn_sent" }.Select(name => name.Length == 0 ? TimeSpan.Zero : Seconds($"tcp_timeout_{name}")),
    ];

    private readonly TimeSpan _udp = Seconds("udp_timeout");
    private readonly TimeSpan _udpStream = Seconds("udp_timeout_stream");

    /// <summary>The counts of an entry.</summary>
    public static FlowCounts CountsOf(in ConntrackEvent e) => new((long)e.BytesOut, (long)e.BytesIn, (long)e.PacketsOut, (long)e.PacketsIn);

    /// <summary>The counts and the end of an entry that is gone.</summary>
    public FlowCounts Of(in ConntrackEvent e)
    {
        int state = (int)e.TcpState;
        return CountsOf(e) with
        {
            How = WordFor(e.Original.Protocol, e.TcpState),
            Lingered = e.Original.Protocol switch
            {
                Tcp when state < _tcp.Length => _tcp[state],
                Udp => e.PacketsIn > 0 && e.PacketsOut > 1 ? _udpStream : _udp,
                _ => TimeSpan.Zero,
            },
        };
    }

    /// <summary><c>closed</c>: a FIN was seen. <c>reset</c>: a RST was. <c>timeout</c>: nothing came any more; other protocols end in no other way.</summary>
    public static string WordFor(byte protocol, TcpState state) => protocol != Tcp ? "timeout" : state switch
    {
        TcpState.FinWait or TcpState.CloseWait or TcpState.LastAck or TcpState.TimeWait => "closed",
        TcpState.Close => "reset",
        _ => "timeout",
    };

    private static TimeSpan Seconds(string name) =>
        int.TryParse(Sysctl.Read($"net.netfilter.nf_conntrack_{name}"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
