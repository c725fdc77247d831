using System.Diagnostics;
using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Course;

/// <summary><c>exeat lab</c> as people run it.</summary>
public sealed class LabCommandTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task The_lab_holds_and_every_declared_attempt_is_in_its_report()
    {
        Finished lab = await RunAsync("lab", "--json");
        LabReport report = ReportOf(lab);
        Assert.True(lab.Succeeded, string.Join('\n', report.Attempts.Where(r => !r.Ok).Select(Text)));
        int declared = ((LabStep[])[LabStep.Monitor, LabStep.Enforce, LabStep.LiveUpdate]).Sum(s => ScenarioDocument.Shipped.Plan(s).Count());
        Assert.Equal(declared + 1, report.Passed); // and the contradicting policy of check 10
        Assert.Equal(0, report.Failed);
        Assert.All(report.Attempts, r => Assert.True(r.Recorded));
    }

    [Fact]
    public async Task Without_the_gateway_every_attack_escapes_and_the_status_says_so()
    {
        Finished lab = await RunAsync("lab", "--sabotage", "--json");
        LabReport report = ReportOf(lab);
        Assert.Equal(1, lab.Status);
        LabRow[] attacks = [.. report.Attempts.Where(r => r.IsAttack)];
        Assert.Equal(ScenarioDocument.Shipped.Plan(LabStep.Enforce).Count(a => a.Entry.Attack), attacks.Length);
        Assert.All(attacks, r => Assert.True(r.Arrived, Text(r)));
        Assert.All(attacks, r => Assert.False(r.Ok));
    }

    [Fact]
    public async Task A_kept_lab_can_be_entered_and_ended()
    {
        Finished kept = await RunAsync("lab", "--sabotage", "--keep", "--json", "--agents", "locked-down-1");
        Assert.Equal(1, kept.Status);
        try
        {
            Finished inside = await RunAsync("lab", "shell", "locked-down-1", "ip", "-4", "-brief", "address", "show", "eth0");
            Assert.Contains("192.0.2.6", inside.Output, StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync("lab", "down");
        }
        Assert.Equal(3, (await RunAsync("lab", "shell", "locked-down-1", "true")).Status);
    }

    [Fact]
    public async Task A_killed_lab_ends_whole_and_the_next_one_does_not_trip_over_it()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        HashSet<string> before = [.. LabState.All().Select(s => s.Folder)];
        using Process outer = Process.Start(new ProcessStartInfo(LabPrograms.Exeat[0], [.. LabPrograms.Exeat.Skip(1), "lab", "--sabotage", "--quiet", "--json"])
        {
            RedirectStandardOutput = true,
        })!;
        LabState? state = null;
        await UntilAsync(() => (state = LabState.All().FirstOrDefault(s => !before.Contains(s.Folder) && s.IsAlive() && s.IsHeld())) is not null);
        outer.Kill();
        await outer.WaitForExitAsync();
        await UntilAsync(() => !state!.IsHeld() && !state.IsAlive());
        state!.Remove();

        Finished next = await RunAsync("lab", "--sabotage", "--json", "--agents", "locked-down-1");
        Assert.Equal(1, next.Status);
        Assert.All(ReportOf(next).Attempts, r => Assert.True(r.Arrived, Text(r)));
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (int i = 0; i < 200 && !holds(); i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Assert.True(holds());
    }

    private static Task<Finished> RunAsync(params string[] arguments)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        return Subprocess.RunAsync([.. LabPrograms.Exeat, .. arguments], Deadline);
    }

    /// <summary>Without a report its messages say why there is none.</summary>
    private static LabReport ReportOf(Finished lab)
    {
        Assert.True(lab.Output.Length > 0, $"status {lab.Status}, no report: {lab.Errors}");
        return LabReport.Parse(lab.Output);
    }

    private static string Text(LabRow r) =>
        $"{r.Phase} {r.Agent} {r.Attempt} {r.Destination}: expected {r.Expected}; saw {r.Decision} by {r.Rule} ({r.Reason}), arrived: {r.Arrived}";
}
