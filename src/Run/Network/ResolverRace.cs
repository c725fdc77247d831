using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Exeat.Run.Network;

/// <summary>
/// Asks resolvers one question, in their order: the next one when the one before has refused or failed, or has said nothing for half a second. The first that knows the name counts; that there is no
/// such name counts when who comes earlier in the order had his time to know better (behind a VPN the first knows names that the others do not); a refusal when nobody has more to say.
/// Who did not answer at all is waited for no more until he answers again.
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
        List<(IPEndPoint Resolver, Task<byte[]?> Answer)> waiting = [];
        int next = 0;
        byte[]? refusal = null, noSuchName = null;
        while (true)
        {
            bool isWaited = waiting.Exists(asked => !_silent.ContainsKey(asked.Resolver));
            if (next < resolvers.Count && !isWaited)
            {
                // Who is overtaken is listened to all the same: by his answer he is not silent.
                waiting.Add((resolvers[next], AnswerAsync(resolvers[next], question, stop)));
                next++;
                continue;
            }
            if (noSuchName is not null && !isWaited) return noSuchName;
            if (waiting.Count == 0) return noSuchName ?? refusal;
            using var heard = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task turn = Task.Delay(next < resolvers.Count || noSuchName is not null ? Turn : Patience, heard.Token);
            Task first = await Task.WhenAny([.. waiting.Select(asked => asked.Answer), turn]).ConfigureAwait(false);
            await heard.CancelAsync().ConfigureAwait(false);
            if (first == turn)
            {
                stop.ThrowIfCancellationRequested();
                if (next == resolvers.Count) return noSuchName ?? refusal;
                waiting.Add((resolvers[next], AnswerAsync(resolvers[next], question, stop)));
                next++;
                continue;
            }
            int place = waiting.FindIndex(asked => asked.Answer == first);
            byte[]? answer = await waiting[place].Answer.ConfigureAwait(false);
            waiting.RemoveAt(place);
            if (answer is null) continue;
            switch (answer[3] & 0xf)
            {
                case NoError: return answer;
                // Of the first in the order, or when those before him have failed: nobody knows better.
                case NameError when place == 0: return answer;
                case NameError: noSuchName ??= answer; break;
                default: refusal ??= answer; break;
            }
        }
    }

    // Null: silence, or nobody there.
    private async Task<byte[]?> AnswerAsync(IPEndPoint resolver, byte[] question, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(Patience);
        try
        {
            using var socket = new Socket(resolver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(resolver, over.Token).ConfigureAwait(false);
            await socket.SendAsync(question, SocketFlags.None, over.Token).ConfigureAwait(false);
            byte[] answer = new byte[MaxDatagram];
            while (true)
            {
                int length = await socket.ReceiveAsync(answer, SocketFlags.None, over.Token).ConfigureAwait(false);
                if (length < HeaderBytes || !answer.AsSpan(0, 2).SequenceEqual(question.AsSpan(0, 2))) continue;
                _silent.TryRemove(resolver, out _);
                return answer[..length];
            }
        }
        catch (OperationCanceledException)
        {
            if (!stop.IsCancellationRequested) _silent[resolver] = true;
            return null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
