namespace Exeat.Store;

/// <summary>Moments as the store keeps them: microseconds since 1970, as exact as records are.</summary>
internal static class Microseconds
{
    public const long Minute = 60_000_000, Hour = 60 * Minute, Day = 24 * Hour;

    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset Time(long microseconds) => new(DateTime.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>Number of the day since 1970.</summary>
    public static int DayOf(long microseconds) => (int)Math.Floor(microseconds / (double)Day);

    public static DateOnly Date(int day) => DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day));
}
