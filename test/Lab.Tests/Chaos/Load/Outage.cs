namespace Exeat.Lab.Tests.Chaos.Load;

/// <summary>A time in which nobody judged: the gateway was dead, stopped or could not be reached. Wall clock, seconds.</summary>
internal readonly record struct Outage(double From, double Until)
{
    // How exactly the moments are known.
    private const double Margin = 0.25;

    public bool Touches(TrafficAttempt a) => a.Began <= Until + Margin && a.Ended >= From - Margin;
}
