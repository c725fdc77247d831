using System.Globalization;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>Says now and then how far the reading of a long journal has come.</summary>
internal static class ReadingProgress
{
    // Every two or three seconds.
    public const int Every = 250_000;

    /// <summary>The events, and every <paramref name="every"/> of them a message.</summary>
    public static IEnumerable<FlowEvent> Watch(IEnumerable<FlowEvent> events, Action<string> tell, int every = Every)
    {
        long count = 0;
        foreach (FlowEvent read in events)
        {
            if (++count % every == 0)
                tell(string.Create(CultureInfo.InvariantCulture, $"{count:N0} records read, up to {read.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
            yield return read;
        }
    }
}
