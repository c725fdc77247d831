using System.Globalization;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;
using Exeat.Linux;

namespace Exeat.Lab.Tests.Runs;

/// <summary>A machine that sleeps: every process of a run stands still at once, for longer than any of them waits for another, and goes on.</summary>
public sealed class RunStandstillTests(RunLab lab) : IClassFixture<RunLab>
{
    private const int SIGCONT = 18, SIGSTOP = 19;

    private static readonly TimeSpan Sleep = TimeSpan.FromSeconds(15);

    [Theory, InlineData("veth"), InlineData("pasta")]
    public async Task A_run_that_stood_still_goes_on_and_lets_nothing_else_out(string way)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Assert.SkipWhen(RunLab.Obstacle(way) is not null, RunLab.Obstacle(way) ?? "");
        string mark = $"standstill-{way}", both = "curl -4 -sS -m 10 https://github.com/ && curl -6 -sS -m 10 https://github.com/";
        WorldSnapshot before = await lab.ArrivedAsync();
        Task<Finished> running = lab.ContainAsync(["--class", "coding", "--network", way], $"{both} && touch {mark}; until [ -e {mark}-over ]; do sleep 0.1; done; {both} || exit 1; curl -sS -m 10 https://attacker.example/; exit 7");
        while (!File.Exists(Path.Combine(lab.Work, mark)))
        {
            Assert.False(running.IsCompleted, running.IsCompleted ? (await running).Errors : "");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
        int[] all = Tree(mark);
        // exeat and what holds its namespaces, the gateway, the box, the command.
        Assert.True(all.Length >= 6, string.Join(' ', all));
        foreach (int process in all) RunningProgram.Send(process, SIGSTOP);
        try
        {
            await Task.Delay(Sleep, TimeProvider.System);
            Assert.All(all, process => Assert.Equal('T', Stat(process)!.Value.State));
        }
        finally
        {
            foreach (int process in all) RunningProgram.Send(process, SIGCONT);
        }
        await File.WriteAllTextAsync(Path.Combine(lab.Work, mark + "-over"), "");
        Finished run = await running;
        Assert.True(run.Status == 7, $"status {run.Status}\n{run.Output}\n{run.Errors}");
        Assert.Equal(4, run.Output.Split("{\"host\":\"github.com\"}").Length - 1);
        Assert.Contains("attacker.example", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before.Asked("attacker.example"), (await lab.ArrivedAsync()).Asked("attacker.example"));
    }

    // The one that was started with these words, and all that it started.
    private static int[] Tree(string mark)
    {
        int[] there = [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).Order()];
        List<int> tree = [there.First(process => Words(process).Contains(mark, StringComparison.Ordinal))];
        for (int i = 0; i < tree.Count; i++) tree.AddRange(there.Where(process => Stat(process)?.Parent == tree[i]));
        return [.. tree];
    }

    private static string Words(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    // "12 (a name) S 5 …": the name may hold anything, so its end is looked for from the right.
    private static (char State, int Parent)? Stat(int process)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{process}/stat");
            string[] rest = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (rest[0][0], int.Parse(rest[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
