using Microsoft.Extensions.Time.Testing;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>Says how many timers were asked for.</summary>
internal sealed class CountedTime(DateTimeOffset now) : FakeTimeProvider(now)
{
    private int _timers;

    public int Timers => Volatile.Read(ref _timers);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        Interlocked.Increment(ref _timers);
        return timer;
    }
}
