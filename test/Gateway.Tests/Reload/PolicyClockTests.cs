using Exeat.Gateway.Reload;
using Microsoft.Extensions.Logging.Abstractions;

namespace Exeat.Gateway.Tests.Reload;

/// <summary>The time by which rules expire survives steps of the wall clock (K11).</summary>
public sealed class PolicyClockTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly string _state = Directory.CreateTempSubdirectory("exeat-clock-").FullName;
    private readonly StepClock _time = new(Start);

    [Fact]
    public void It_runs_with_the_monotonic_clock()
    {
        PolicyClock clock = Make();
        _time.Pass(TimeSpan.FromHours(3));
        Assert.Equal(Start.AddHours(3), clock.Now);
        Assert.Equal(clock.Now, clock.GetUtcNow());
    }

    [Fact]
    public void A_step_forward_that_is_taken_back_never_counted()
    {
        PolicyClock clock = Make();
        _time.Wall += TimeSpan.FromDays(400);
        Run(clock, PolicyClock.BelieveAfter - TimeSpan.FromMinutes(1));
        Assert.Equal(Start + PolicyClock.BelieveAfter - TimeSpan.FromMinutes(1), clock.Now);
        _time.Wall -= TimeSpan.FromDays(400);
        Run(clock, TimeSpan.FromHours(1));
        Assert.Equal(Start + PolicyClock.BelieveAfter + TimeSpan.FromMinutes(59), clock.Now);
    }

    [Fact]
    public void A_step_forward_that_stands_is_followed()
    {
        PolicyClock clock = Make();
        _time.Wall += TimeSpan.FromDays(400);
        Run(clock, PolicyClock.BelieveAfter + TimeSpan.FromMinutes(2));
        Assert.Equal(_time.Wall, clock.Now);
    }

    [Fact]
    public void A_step_back_brings_nothing_back_that_had_expired()
    {
        PolicyClock clock = Make();
        _time.Pass(TimeSpan.FromHours(1));
        DateTimeOffset before = clock.Now;
        _time.Wall -= TimeSpan.FromDays(1);
        clock.Check();
        Assert.True(clock.Now >= before);
        Run(clock, TimeSpan.FromHours(2));
        Assert.Equal(before.AddHours(2), clock.Now);
    }

    [Fact]
    public void A_restart_with_a_clock_that_went_back_goes_on_where_it_was()
    {
        PolicyClock clock = Make();
        Run(clock, TimeSpan.FromHours(5));
        DateTimeOffset before = clock.Now;
        _time.Wall = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.InRange(before - Make().Now, TimeSpan.Zero, TimeSpan.FromMinutes(2));
        // Control: with the right clock, and without what was written, the wall clock counts.
        _time.Wall = Start.AddDays(9);
        Assert.Equal(_time.Wall, Make().Now);
        File.WriteAllText(Path.Combine(_state, "clock"), "not a time");
        _time.Wall = Start;
        Assert.Equal(Start, Make().Now);
    }

    public void Dispose() => Directory.Delete(_state, recursive: true);

    private PolicyClock Make() => new(_state, _time, NullLogger.Instance);

    private void Run(PolicyClock clock, TimeSpan time)
    {
        clock.Check();
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMinutes(1))
        {
            _time.Pass(TimeSpan.FromMinutes(1));
            clock.Check();
        }
    }
}
