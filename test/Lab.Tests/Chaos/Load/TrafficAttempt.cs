using System.Globalization;

namespace Exeat.Lab.Tests.Chaos.Load;

/// <summary>One attempt as its client saw it.</summary>
/// <param name="Agent">Whose.</param>
/// <param name="Canary">The mark that it tried to carry out.</param>
/// <param name="Began">When it began, wall clock.</param>
/// <param name="Ended">When its client gave up or was done.</param>
/// <param name="Kind">The word of <see cref="TrafficScript"/>.</param>
/// <param name="Family">4 or 6.</param>
/// <param name="To">Destination address.</param>
/// <param name="Port">Destination port.</param>
/// <param name="SourcePort">The client's port; 0 where there is none.</param>
/// <param name="Result">ok, refused, silent, or an error's name.</param>
internal sealed record TrafficAttempt(string Agent, string Canary, double Began, double Ended, string Kind, int Family, string To, int Port, int SourcePort, string Result)
{
    /// <summary>Kinds that the policy permits.</summary>
    public static readonly string[] Permitted = ["name", "http", "address", "lookup"];

    /// <summary>Kinds that it does not: nothing of them may arrive.</summary>
    public static readonly string[] Denied = ["attacker", "any-port", "sni", "plain", "datagram", "quic", "resolver", "tunnel", "echo"];

    public bool IsPermitted => Permitted.Contains(Kind);

    public bool Succeeded => Result == "ok";

    /// <summary>Questions are recorded by name, without the client's port.</summary>
    public bool IsQuestion => Kind is "lookup" or "tunnel";

    public string Protocol => Kind switch
    {
        "echo" => Family == 4 ? "icmp" : "icmpv6",
        "datagram" or "quic" or "resolver" or "lookup" or "tunnel" => "udp",
        _ => "tcp",
    };

    public static TrafficAttempt? Parse(string agent, string line)
    {
        string[] w = line.Split(';');
        return w is not ["A", _, _, _, _, _, _, _, _, _] ? null : new TrafficAttempt(
            agent, w[1], Seconds(w[2]), Seconds(w[3]), w[4], int.Parse(w[5], CultureInfo.InvariantCulture), w[6], int.Parse(w[7], CultureInfo.InvariantCulture), int.Parse(w[8], CultureInfo.InvariantCulture), w[9]);
    }

    internal static double Seconds(string word) => double.Parse(word, CultureInfo.InvariantCulture);
}
