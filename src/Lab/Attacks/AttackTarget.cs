using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Lab.Attacks;

/// <summary>What an attack tool is told: where to, and the mark it tries to carry out.</summary>
internal sealed record AttackTarget(IPAddress Address, int Port, string Canary, string Name)
{
    public static readonly TimeSpan Patience = LabPatience.Seconds(3);

    // The system's resolver asks each of its servers twice by itself.
    private const int Questions = 3;

    public IPEndPoint EndPoint => new(Address, Port);

    public AddressFamily Family => Address.AddressFamily;

    /// <summary>The secret as bytes, long enough to be worth carrying.</summary>
    public byte[] Secret => Encoding.ASCII.GetBytes($"secret={Canary};{new string('x', 256)}");

    /// <summary>Asks the system's resolver for the name, as any client does, so that the name is bound to the address.</summary>
    /// <remarks>An answer that says "later" is asked for again: on a busy machine a resolver may be late, and then no address would be tried at all. The journal has every refusal.</remarks>
    public async Task<IPAddress> ResolveAsync()
    {
        for (int asked = 1; ; asked++)
        {
            try
            {
                return (await Dns.GetHostAddressesAsync(Name, Family)).First();
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.TryAgain && asked < Questions)
            {
                Console.Error.WriteLine($"lab-attack: no answer for {Name} yet ({error.Message}); asking again");
            }
        }
    }

    /// <summary>TLS over a stream, whoever answers: an attacker does not check its own server's certificate.</summary>
    [SuppressMessage("Security", "CA5359", Justification = "An attack tool; the lab's honest clients verify.")]
    public static SslStream Tls(Stream stream) => new(stream, leaveInnerStreamOpen: true, (_, _, _, _) => true);

    /// <summary>Connects within the patience of an attacker.</summary>
    public static async Task<Socket> ConnectAsync(IPEndPoint to, int sourcePort = 0)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        if (sourcePort != 0) socket.Bind(new IPEndPoint(to.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, sourcePort));
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        await socket.ConnectAsync(to, limit.Token);
        return socket;
    }
}
