using System.Diagnostics;
using System.Globalization;
using Exeat.Store;

namespace Exeat.Bench.Store;

/// <summary>What dashboards ask, three times each; the middle one is told.</summary>
internal static class AskStore
{
    /// <summary>What is asked, by dashboards first; the last two read every flow.</summary>
    public static IReadOnlyList<(string What, GroupQuery Query)> Groups(DateTimeOffset today) => Groups(today.AddDays(-30), today.AddDays(-2), today.AddDays(-2).AddHours(12));

    public static async Task RunAsync(string dir)
    {
        await using FlowStore store = FlowStore.Open(new StoreOptions { Dir = dir, IsDriven = false, RetentionDays = 0 }, TimeProvider.System);
        StoreStatus status = store.Status;
        DateTimeOffset today = new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{status.Flows} flows, {status.Bytes / 1e9:f2} GB"));
        foreach ((string what, GroupQuery query) in Groups(today).SkipLast(2)) await GroupAsync(what, query);
        await TimeAsync("newest 100 flows", () => store.ListAsync(new FlowFilter(), null, 100, default));
        await TimeAsync("newest 100 denials of one agent", () => store.ListAsync(new FlowFilter { Agents = ["agent-17"], Verdicts = ["deny"] }, null, 100, default));
        foreach ((string what, GroupQuery query) in Groups(today).TakeLast(2)) await GroupAsync(what, query);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"most memory of the process: {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"));

        Task GroupAsync(string what, GroupQuery query) => TimeAsync(what, () => store.GroupAsync(query, null, default), result => result.FromRollUps ? "sums" : "flows");
    }

    private static IReadOnlyList<(string What, GroupQuery Query)> Groups(DateTimeOffset month, DateTimeOffset day, DateTimeOffset hour) =>
    [
        ("30 days by verdict and day", new GroupQuery { Filter = new FlowFilter { Since = month }, By = [FlowDimension.Verdict], Bucket = TimeSpan.FromDays(1) }),
        ("30 days, top 20 names", new GroupQuery { Filter = new FlowFilter { Since = month }, By = [FlowDimension.Name], Top = 20 }),
        ("30 days, top 20 names that are denied", new GroupQuery { Filter = new FlowFilter { Since = month, Verdicts = ["deny"] }, By = [FlowDimension.Name, FlowDimension.Reason], Top = 20 }),
        ("30 days, top 20 agents by bytes", new GroupQuery { Filter = new FlowFilter { Since = month }, By = [FlowDimension.Agent], Top = 20, Order = GroupOrder.Bytes }),
        ("30 days, rules by hour", new GroupQuery { Filter = new FlowFilter { Since = month }, By = [FlowDimension.Rule], Bucket = TimeSpan.FromHours(1) }),
        ("one day by minute and verdict", new GroupQuery { Filter = new FlowFilter { Since = day, Until = day.AddDays(1) }, By = [FlowDimension.Verdict], Bucket = TimeSpan.FromMinutes(1) }),
        ("one hour by destination address", new GroupQuery { Filter = new FlowFilter { Since = hour, Until = hour.AddHours(1) }, By = [FlowDimension.Destination], Top = 20 }),
        ("one agent, one day, by address and proof", new GroupQuery { Filter = new FlowFilter { Since = day, Until = day.AddDays(1), Agents = ["agent-17"] }, By = [FlowDimension.Destination, FlowDimension.Proof], Top = 20 }),
        ("one agent, 30 days, by address", new GroupQuery { Filter = new FlowFilter { Since = month, Agents = ["agent-17"] }, By = [FlowDimension.Destination], Top = 20 }),
        ("one agent, 30 days, a name by pattern", new GroupQuery { Filter = new FlowFilter { Since = month, Agents = ["agent-17"], Names = ["www1*.example.org"] }, By = [FlowDimension.Name], Top = 20 }),
        ("every flow of 30 days by destination address", new GroupQuery { Filter = new FlowFilter { Since = month }, By = [FlowDimension.Destination], Top = 20 }),
        ("every flow of 30 days in a prefix, by port", new GroupQuery { Filter = new FlowFilter { Since = month, Destinations = [Exeat.Names.Prefix.Of(Exeat.Names.Address.V4(0xCB000100), 24)] }, By = [FlowDimension.Port], Top = 20 }),
    ];

    private static async Task TimeAsync<T>(string what, Func<Task<T>> ask, Func<T, string>? from = null)
    {
        var times = new double[3];
        string told = "flows";
        for (int i = 0; i < times.Length; i++)
        {
            long began = Stopwatch.GetTimestamp();
            T result = await ask();
            times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (from is not null) told = from(result);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-50} {told,-6} {times.Order().ElementAt(1),8:f0} ms (first {times[0]:f0})"));
    }
}
