namespace Exeat.Lab.World;

/// <summary>An agent that listens: the far side of another agent's sideways move. Or any other namespace, by the name of its link.</summary>
public static class ListenProgram
{
    /// <summary>The link of an agent.</summary>
    public const string AgentLink = "eth0";

    /// <summary>Serves until stopped or until standard input ends. Says <c>ready</c> on standard output once it listens.</summary>
    public static async Task RunAsync(string socketPath, int port, string link, TimeProvider time, CancellationToken stop)
    {
        var counters = new ArrivalCounters(time);
        using var tap = new LinkTap(link, counters);
        Task socket = new CounterSocket(socketPath, counters, tap, time).RunAsync(stop);
        Task echo = new EchoServer(port, counters).RunAsync(stop);
        Console.WriteLine("ready");
        await await Task.WhenAny(socket, echo, Console.In.ReadToEndAsync(stop));
    }
}
