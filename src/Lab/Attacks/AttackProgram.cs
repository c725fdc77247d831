using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Exeat.Lab.Attacks.Streams;

namespace Exeat.Lab.Attacks;

/// <summary>The tools of a misled agent, run inside its namespace. Status 0: it believes that it got through; 1: it was refused. What counts is what arrived.</summary>
public static class AttackProgram
{
    /// <summary>Runs one tool against an address and port, carrying a mark; the name is claimed where the tool claims one.</summary>
    public static async Task<int> RunAsync(string kind, string address, int port, string canary, string name)
    {
        var target = new AttackTarget(IPAddress.Parse(address), port, canary, name);
        try
        {
            return await (kind switch
            {
                "tcp-send" => PlainSend.TcpAsync(target),
                "udp-send" => PlainSend.UdpAsync(target, target.Secret),
                "udp-refused" => PlainSend.RefusedAsync(target),
                "quic-like" => PlainSend.UdpAsync(target, PlainSend.QuicLike(target)),
                "dns-labels" => DnsLabels.RunAsync(target),
                "tuple-reuse" => TupleReuse.RunAsync(target),
                "hello-pieces" => TlsTricks.HelloInPiecesAsync(target),
                "hello-twenty" => TlsTricks.HelloInTwentyPiecesAsync(target),
                "hello-slow" => TlsTricks.SlowHelloAsync(target),
                "hello-bytes" => TlsTricks.HelloByteByByteAsync(target),
                "hello-nagle" => TlsTricks.HelloByNagleAsync(target),
                "hello-huge" => TlsTricks.HugeHelloAsync(target),
                "http-second" => HttpTricks.SecondRequestAsync(target),
                "http-smuggle" => HttpTricks.SmuggleAsync(target),
                "http-escape" => HttpTricks.EscapeAsync(target),
                "http-upgrade" => HttpTricks.UpgradeAsync(target),
                "no-sni" => TlsTricks.NoNameAsync(target),
                "syn-flood" => Floods.RunAsync(target, Floods.Syn),
                "same-syn-flood" => Floods.RunAsync(target, Floods.SameSyn),
                "answer-flood" => PendingFlood.AnswerAsync(target),
                "pending-acks" => PendingFlood.RunAsync(target, PendingFlood.Acknowledgement),
                "pending-bytes" => PendingFlood.RunAsync(target, PendingFlood.FirstByte),
                "pending-flood" => PendingFlood.RunAsync(target, PendingFlood.Mixed),
                "udp-flood" => Floods.RunAsync(target, Floods.Datagram),
                "echo-flood" => Floods.RunAsync(target, Floods.Echo),
                "dns-flood" => Floods.RunAsync(target, Floods.Question),
                "honest-loop" => HonestLoop.RunAsync(target),
                _ when StreamTricks.Knows(kind) => StreamTricks.RunAsync(kind, target),
                _ when PacketTricks.Has(kind) => PacketTricks.RunAsync(kind, target),
                _ when kind.StartsWith("dns-", StringComparison.Ordinal) => DnsTricks.RunAsync(kind, target),
                _ when kind.StartsWith("quic-", StringComparison.Ordinal) => QuicTricks.RunAsync(kind, target),
                _ => throw new Topology.LabException($"no attack is named {kind}"),
            }) ? 0 : 1;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or AuthenticationException)
        {
            await Console.Error.WriteLineAsync($"{kind}: refused: {e.Message}");
            return 1;
        }
    }
}
