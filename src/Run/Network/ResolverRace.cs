using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Exeat.Run.Network;

/// <summary>
/// Asks resolvers one question, in their order: the next one when the one before has refused or failed, or has said nothing for half a second. The first usable answer counts; a refusal only when
/// nobody has more to say. Who was silent once is waited for no more until it has answered again.
/// </summary>
internal sealed class ResolverRace
{
    // RFC 1035, 4.2.1 and EDNS: a datagram of DNS has at most so many bytes.
    private const int MaxDatagram = 65_535, HeaderBytes = 12;

    private const int NoError = 0, NameError = 3;

    /// <summary>How long the next resolver waits for the one before: three of them are asked well before the gateway asks again.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the gateway waits.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<IPEndPoint, bool> _silent = new();

    /// <summary>The answer, or null when nobody gave one.</summary>
    public async Task<byte[]?> AskAsync(IReadOnlyList<IPEndPoint> resolvers, byte[] question, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(Patience);
        List<Task<byte[]?>> asked = [];
        byte[]? refusal = null;
        try
        {
            for (int next = 0; next < resolvers.Count || asked.Count > 0;)
            {
                bool waits = next > 0 && asked.Count > 0 && !_silent.ContainsKey(resolvers[next - 1]);
                if (next < resolvers.Count && !waits)
                {
                    asked.Add(AnswerAsync(resolvers[next++], question, over.Token));
                    continue;
                }
                Task turn = Task.Delay(next < resolvers.Count ? Turn : Timeout.InfiniteTimeSpan, over.Token);
                Task ended = await Task.WhenAny([.. asked, turn]).ConfigureAwait(false);
                if (ended is not Task<byte[]?> told)
                {
                    if (next == resolvers.Count || stop.IsCancellationRequested) break;
                    _silent[resolvers[next - 1]] = true;
                    continue;
                }
                asked.Remove(told);
                if (await told.ConfigureAwait(false) is not { } answer) continue;
                if ((answer[3] & 0xf) is NoError or NameError) return answer;
                refusal ??= answer;
            }
            return refusal;
        }
        finally
        {
            over.Cancel();
        }
    }

    // Null: silence, or nobody there.
    private async Task<byte[]?> AnswerAsync(IPEndPoint resolver, byte[] question, CancellationToken over)
    {
        try
        {
            using var socket = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(resolver, over).ConfigureAwait(false);
            await socket.SendAsync(question, SocketFlags.None, over).ConfigureAwait(false);
            byte[] answer = new byte[MaxDatagram];
            while (true)
            {
                int length = await socket.ReceiveAsync(answer, SocketFlags.None, over).ConfigureAwait(false);
                if (length < HeaderBytes || !answer.AsSpan(0, 2).SequenceEqual(question.AsSpan(0, 2))) continue;
                _silent.TryRemove(resolver, out _);
                return answer[..length];
            }
        }
        catch (Exception silent) when (silent is SocketException or OperationCanceledException)
        {
            return null;
        }
    }
}
