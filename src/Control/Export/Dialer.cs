using System.Net;
using System.Net.Sockets;
using Exeat.Names;

namespace Exeat.Control.Export;

/// <summary>Opens connections to what an administrator named. A name is resolved once, and what it answers is looked at before anything is sent: no private address unless it was said that there may be one.</summary>
internal sealed class Dialer(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What no public service has (RFC 6890 and its registry), and what leads back into this machine or its cloud.
    private static readonly Prefix[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
            "::/127", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2002::/16", "fc00::/7", "fe80::/10", "ff00::/8",
        }.Select(text => Prefix.TryParse(text, out Prefix prefix) ? prefix : throw new FormatException(text)),
    ];

    /// <summary>A connected socket; throws <see cref="OutboundException"/>, which says what is wrong.</summary>
    public async Task<Socket> ConnectAsync(string host, int port, bool mayBePrivate, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            IPAddress[] found = IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? literal) ? [literal] : await Dns.GetHostAddressesAsync(host, either.Token);
            IPAddress[] allowed = mayBePrivate ? found : [.. found.Where(IsPublic)];
            if (found.Length == 0) throw new OutboundException($"{host} has no address");
            if (allowed.Length == 0) throw new OutboundException($"{host} has a private address ({found[0]}); say private: true if that is meant");
            return await FirstAsync(allowed, port, either.Token);
        }
        catch (SocketException refused)
        {
            throw new OutboundException($"{host}:{port} cannot be reached: {refused.SocketErrorCode}", refused);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new OutboundException($"{host}:{port} gave no answer within {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>Whether an address is one of the public Internet.</summary>
    public static bool IsPublic(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Address.TryParse(plain.ToString(), out Address known) && !NotPublic.Any(prefix => prefix.Contains(known));
    }

    private static async Task<Socket> FirstAsync(IPAddress[] addresses, int port, CancellationToken cancel)
    {
        for (int i = 0; ; i++)
        {
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), cancel);
                return socket;
            }
            catch (SocketException) when (i + 1 < addresses.Length)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
