using System.Text;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>A server's reading of its stream, written apart from ours and laxer: it believes lengths, skips what it does not know and checks nothing.</summary>
internal static class LaxHello
{
    /// <summary>Null while the hello is not whole; a name of "" for no TLS, or a hello that names nobody.</summary>
    public static (int End, string Name)? Read(ReadOnlySpan<byte> stream, bool skipsData = false)
    {
        var message = new List<byte>();
        int at = 0;
        while (message.Count < 4 || message.Count < 4 + (message[1] << 16 | message[2] << 8 | message[3]))
        {
            if (stream.Length > at && stream[at] is not (20 or 21 or 22) && !(skipsData && stream[at] == 23)) return (at, "");
            if (stream.Length < at + 5) return null;
            int length = stream[at + 3] << 8 | stream[at + 4];
            if (stream.Length < at + 5 + length) return null;
            if (stream[at] == 22) message.AddRange(stream.Slice(at + 5, length));
            at += 5 + length;
            if (message.Count > 0 && message[0] != 1) return (at, "");
        }
        return (at, NameIn([.. message]));
    }

    private static string NameIn(byte[] message)
    {
        try
        {
            int at = 4 + 2 + 32;
            at += 1 + message[at];
            at += 2 + (message[at] << 8 | message[at + 1]);
            at += 1 + message[at];
            for (at += 2; at + 4 <= message.Length;)
            {
                int type = message[at] << 8 | message[at + 1], length = message[at + 2] << 8 | message[at + 3];
                if (type == 0) return Encoding.Latin1.GetString(message, at + 9, message[at + 7] << 8 | message[at + 8]).ToLowerInvariant();
                at += 4 + length;
            }
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException)
        {
            // A server that runs out of bytes answers with an alert.
        }
        return "";
    }
}
