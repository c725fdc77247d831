using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Exeat.Linux.Tests.Live;

/// <summary>UDP from the left to the right of a <see cref="ForwardingWorld"/>, and what of it waits in a queue.</summary>
internal static class Datagrams
{
    public const int WaitMs = 5000;

    public static Socket Server(ForwardingWorld world)
    {
        Socket server = world.Udp(world.Right, ForwardingWorld.RightAddress(false));
        server.Bind(new IPEndPoint(ForwardingWorld.RightAddress(false), 5000));
        server.ReceiveTimeout = WaitMs;
        return server;
    }

    public static void Send(Socket client, string text) =>
        client.SendTo(Encoding.ASCII.GetBytes(text), new IPEndPoint(ForwardingWorld.RightAddress(false), 5000));

    public static string Take(Socket server)
    {
        byte[] buffer = new byte[100];
        return Encoding.ASCII.GetString(buffer, 0, server.Receive(buffer));
    }

    public static Dictionary<string, uint> Collect(PacketQueue queue, int wanted)
    {
        Dictionary<string, uint> waiting = [];
        while (waiting.Count < wanted)
        {
            int count = queue.Receive(WaitMs);
            Assert.NotEqual(0, count);
            for (int i = 0; i < count; i++) waiting[Encoding.ASCII.GetString(queue[i].Bytes[28..])] = queue[i].Id;
        }
        return waiting;
    }
}
