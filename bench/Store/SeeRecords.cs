using System.Diagnostics;
using System.Globalization;
using System.Text;
using Exeat.Store;

namespace Exeat.Bench.Store;

/// <summary>How long after it was sent does a question find a record, and is a follower told of it?</summary>
internal static class SeeRecords
{
    public static async Task RunAsync(string dir)
    {
        await using FlowStore store = FlowStore.Open(new StoreOptions { Dir = dir, RetentionDays = 0 }, TimeProvider.System);
        double[] found = new double[20], told = new double[20];
        await using IAsyncEnumerator<TailLine> tail = store.TailAsync(new FlowFilter { Gateways = ["gw-fresh"] }, default).GetAsyncEnumerator();
        for (int i = 0; i < found.Length; i++)
        {
            Task<bool> next = tail.MoveNextAsync().AsTask();
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            string flow = Guid.CreateVersion7(now).ToString();
            long began = Stopwatch.GetTimestamp();
            Task<double> follow = Task.Run(async () =>
            {
                await next;
                return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            });
            store.Append("gw-fresh", Encoding.UTF8.GetBytes(FormattableString.Invariant($"{{\"v\":1,\"id\":\"gw-fresh/{now.ToUnixTimeSeconds()}/{i}\",\"flow\":\"{flow}\",\"event\":\"decision\",\"time\":\"{now.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}\",\"agent\":\"a\",\"verdict\":\"deny\"}}")), now);
            while ((await store.ListAsync(new FlowFilter { Since = now.AddSeconds(-1) }, null, 10, default)).Flows.All(one => one.Summary.Flow != flow)) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            found[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            told[i] = await follow;
        }
        Tell("found by a question", found);
        Tell("told to a follower", told);
    }

    private static void Tell(string what, double[] times) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} after {times.Order().ElementAt(times.Length / 2):f1} ms (median of {times.Length}), {times.Max():f1} ms at most"));
}
