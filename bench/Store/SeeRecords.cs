using System.Diagnostics;
using System.Globalization;
using System.Text;
using Exeat.Store;

namespace Exeat.Bench.Store;

/// <summary>How long after it was sent does a question find a record?</summary>
internal static class SeeRecords
{
    public static async Task RunAsync(string dir)
    {
        await using FlowStore store = FlowStore.Open(new StoreOptions { Dir = dir, RetentionDays = 0 }, TimeProvider.System);
        var times = new double[20];
        for (int i = 0; i < times.Length; i++)
        {
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            string flow = Guid.CreateVersion7(now).ToString();
            long began = Stopwatch.GetTimestamp();
            store.Append("gw-fresh", Encoding.UTF8.GetBytes(FormattableString.Invariant($"{{\"v\":1,\"id\":\"gw-fresh/{now.ToUnixTimeSeconds()}/{i}\",\"flow\":\"{flow}\",\"event\":\"decision\",\"time\":\"{now.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}\",\"agent\":\"a\",\"verdict\":\"deny\"}}")), now);
            while ((await store.ListAsync(new FlowFilter { Since = now.AddSeconds(-1) }, null, 10, default)).Flows.All(found => found.Summary.Flow != flow)) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seen after {times.Order().ElementAt(times.Length / 2):f0} ms (median of {times.Length}), {times.Max():f0} ms at most"));
    }
}
