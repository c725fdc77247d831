namespace Exeat.Lab.Tests.Chaos;

/// <summary>A time in which nobody judged: the gateway was dead, stopped or could not be reached. Wall clock, seconds.</summary>
internal readonly record struct Outage(double From, double Until)
{
    // What the kernel refused by itself is counted every half second; what it counted last goes with its table or its gateway. And how exactly the moments are known.
    private const double Before = 0.75, After = 0.25;

    public bool Touches(TrafficAttempt a) => a.Began <= Until + After && a.Ended >= From - Before;
}
