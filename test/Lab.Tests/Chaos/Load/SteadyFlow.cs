using System.Globalization;

namespace Exeat.Lab.Tests.Chaos.Load;

/// <summary>How a steady flow fared: <c>stopped</c> means that it lived until it was asked to end.</summary>
internal sealed record SteadyFlow(string Agent, string Kind, int Family, string How, long Sent, long Heard, double LastHeard, long LongestMs)
{
    public static SteadyFlow? Parse(string agent, string line)
    {
        string[] w = line.Split(';');
        return w is not ["S", _, _, _, _, _, _, _] ? null : new SteadyFlow(
            agent, w[1], int.Parse(w[2], CultureInfo.InvariantCulture), w[3], long.Parse(w[4], CultureInfo.InvariantCulture), long.Parse(w[5], CultureInfo.InvariantCulture), TrafficAttempt.Seconds(w[6]),
            long.Parse(w[7], CultureInfo.InvariantCulture));
    }
}
