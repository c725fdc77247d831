using System.Net;
using System.Net.Sockets;

namespace Exeat.Lab.World;

/// <summary>Whose connection, and to which of the world's addresses.</summary>
internal static class Connections
{
    public static ArrivalKey KeyOf(Socket client)
    {
        var (remote, local) = ((IPEndPoint)client.RemoteEndPoint!, (IPEndPoint)client.LocalEndPoint!);
        return new ArrivalKey(Text(remote.Address), Text(local.Address), 6, local.Port);
    }

    // The listeners serve both families on one socket; IPv4 peers show as mapped addresses there.
    private static string Text(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
