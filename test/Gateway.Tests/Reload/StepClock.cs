namespace Exeat.Gateway.Tests.Reload;

/// <summary>A wall clock that steps, and a monotonic clock that does not.</summary>
internal sealed class StepClock(DateTimeOffset wall) : TimeProvider
{
    private long _ticks;

    public DateTimeOffset Wall { get; set; } = wall;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(TimeSpan time)
    {
        Wall += time;
        _ticks += time.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => Wall;

    public override long GetTimestamp() => _ticks;
}
