using System.Globalization;

namespace Exeat.Flows;

/// <summary>Reads moments as people type them: a time span back from now (<c>7d</c>, <c>90m</c>) or a date, with or without a time (UTC unless it says otherwise).</summary>
public static class Moment
{
    /// <summary>What can be written, for error messages.</summary>
    public const string Forms = "write a span back from now such as 15m, 1h or 7d, or a time such as 2026-01-31 or 2026-01-31T08:30:00Z";

    /// <summary>False when the text has neither form.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        moment = now;
        if (text.Length > 1 && Unit(text[^1]) is { } unit && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            // Further back than records can be is their beginning.
            moment = count < (now - DateTimeOffset.UnixEpoch) / unit ? now - unit * count : DateTimeOffset.UnixEpoch;
            return true;
        }
        return DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);
    }

    private static TimeSpan? Unit(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
