using System.Globalization;
using Exeat.Flows;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Limits;

/// <summary>Runs the tools that flood inside an agent's namespace, and adds up what the journal says of it.</summary>
internal static class FloodTool
{
    /// <summary>Floods an address with first packets, in somebody else's name if one is given; returns how long it took.</summary>
    public static Task<TimeSpan> FloodAsync(this LabFixture lab, string agent, string kind, string address, int port, int count, int rate, string from = "") =>
        RunAsync(lab, agent, count, kind, address, $"{port}", $"{count}", from.Length == 0 ? $"{rate}" : $"{rate}/{from}");

    /// <summary>Floods a connection to a permitted name whose hello never comes; returns how long it took.</summary>
    public static Task<TimeSpan> FloodPendingAsync(this LabFixture lab, string agent, string kind, int family, int count, int rate) =>
        RunAsync(lab, agent, count, kind, family == 4 ? "0.0.0.0" : "::", "443", $"{count}:{rate}", "openclaw.ai");

    /// <summary>An agent opens a connection to an address where nobody answers but a flood, by hand, from the world; returns how long the flood took.</summary>
    public static async Task<TimeSpan> FloodAnswersAsync(this LabFixture lab, string agent, string address, int count, int rate)
    {
        Task<TimeSpan> flood = RunAsync(lab, LabPlan.World, count, "answer-flood", address, "443", $"{count}:{rate}", "nobody");
        // The flood's program may take longer to start than a client knocks.
        do await lab.RunAsync(agent, [.. LabPrograms.Exeat, "lab-attack", "tcp-send", address, "443", "hello", "nobody"]);
        while (!flood.IsCompleted);
        return await flood;
    }

    /// <summary>
    /// An honest agent gets four fifths of its connections beside a flood, compared with what it got alone just before: in the middle one of three such pairs, since
    /// the machine has other things to do. Returns how many floods there were.
    /// </summary>
    public static async Task<int> KeepsItsRateAsync(this LabFixture lab, string honest, int family, Func<Task> flood)
    {
        List<double> ratios = [];
        while (ratios.Count < 3 && ratios.Count(ratio => ratio >= 0.8) < 2)
        {
            int alone = await HonestAsync(lab, honest, family);
            Task load = flood();
            int beside = await HonestAsync(lab, honest, family);
            await load;
            ratios.Add((double)beside / alone);
        }
        string all = string.Join(" ", ratios.Select(ratio => ratio.ToString("0.00", CultureInfo.InvariantCulture)));
        TestContext.Current.TestOutputHelper?.WriteLine(all);
        Assert.True(ratios.Count(ratio => ratio >= 0.8) >= 2, all);
        return ratios.Count;
    }

    // A second and a half: sixty connections.
    private static async Task<int> HonestAsync(LabFixture lab, string agent, int family) => Number(
        await lab.RunAsync(agent, [.. LabPrograms.Exeat, "lab-attack", "honest-loop", family == 4 ? "0.0.0.0" : "::", "443", "1.5:40", "openclaw.ai"]), "made ");

    /// <summary>Waits until the counts of those records reach so many, and returns the records. They are written within some seconds.</summary>
    public static async Task<List<FlowEvent>> RecordedAsync(this LabFixture lab, DateTimeOffset from, long expected, Func<FlowEvent, bool> which)
    {
        List<FlowEvent> found = [];
        for (int i = 0; i < 120; i++)
        {
            found = [.. new JournalReader(lab.State.Journal).Read(from).Where(which)];
            if (found.Sum(Count) >= expected) break;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        return found;
    }

    /// <summary>The attempts that one record stands for.</summary>
    public static long Count(FlowEvent record) => record.Event == "counted" ? record.Count : 1;

    private static async Task<TimeSpan> RunAsync(LabFixture lab, string agent, int count, params string[] arguments)
    {
        Finished finished = await lab.RunAsync(agent, [.. LabPrograms.Exeat, "lab-attack", .. arguments]);
        Assert.Equal(count, Number(finished, "sent "));
        return TimeSpan.FromMilliseconds(Number(finished, "took "));
    }

    private static int Number(Finished finished, string word)
    {
        string line = finished.Output.Split('\n').FirstOrDefault(l => l.StartsWith(word, StringComparison.Ordinal)) ?? "";
        Assert.True(line.Length > 0, $"{finished.Status}: {finished.Output} {finished.LastLine}");
        return int.Parse(line.AsSpan(word.Length), CultureInfo.InvariantCulture);
    }
}
