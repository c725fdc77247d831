using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Exeat.Policy;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Cli;

/// <summary>Whether the configured resolvers answer: one question for the root's name servers to each, and no name of anybody.</summary>
internal static class ResolverChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<IReadOnlyList<Check>> AllAsync(GatewayDocument gateway, CancellationToken cancel) =>
        [.. await Task.WhenAll(gateway.Dns.Upstream.Select(upstream => AskAsync(upstream, cancel)))];

    private static async Task<Check> AskAsync(AddressAndPort upstream, CancellationToken cancel)
    {
        string name = $"resolver {upstream}", remedy = $"check dns.upstream, routes and firewalls (dig +tries=1 -p {upstream.Port} @{upstream.Address} . NS)";
        long start = TimeProvider.System.GetTimestamp();
        ushort id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        byte[] reply = new byte[4096];
        using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            var to = new IPEndPoint(upstream.Address.ToIPAddress(), upstream.Port);
            using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(to, either.Token);
            await socket.SendAsync(Question(id), either.Token);
            int length = await socket.ReceiveAsync(reply, either.Token);
            return Judge(name, reply.AsSpan(0, length), id, (int)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, remedy);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Check(name, Outcome.Fail, $"gave no answer within {Patience.TotalSeconds:0} s", remedy);
        }
        catch (SocketException refused)
        {
            return new Check(name, Outcome.Fail, refused.Message, remedy);
        }
    }

    private static Check Judge(string name, ReadOnlySpan<byte> reply, ushort id, int milliseconds, string remedy)
    {
        if (DnsMessageReader.TryOpen(reply, out DnsMessageReader reader) != ReadStatus.Found || !reader.Header.IsResponse || reader.Header.Id != id)
            return new Check(name, Outcome.Fail, "answered with something that is no answer", remedy);
        // Any code shows that a resolver is there; REFUSED that it is not ours to ask.
        bool refused = reader.Header.ResponseCode == DnsResponseCode.Refused;
        return Check.That(name, !refused, Outcome.Fail, refused ? "refuses to answer this machine" : $"answers in {milliseconds} ms", "allow this machine in the resolver's own settings, or name another in dns.upstream");
    }

    private static byte[] Question(ushort id)
    {
        var writer = new DnsMessageWriter(stackalloc byte[64], id, DnsHeader.RecursionDesired);
        // The root, type NS, class IN.
        writer.TryWriteQuestion([0, 0, 2, 0, 1]);
        return writer.Message.ToArray();
    }
}
