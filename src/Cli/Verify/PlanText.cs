using Exeat.Flows;

namespace Exeat.Cli.Verify;

/// <summary>Says what a run would try. What depends on hosts that answer is decided then: a run tries more of those.</summary>
internal static class PlanText
{
    public static void Write(VerifyGround ground, CommandOutput output)
    {
        foreach (Trial trial in ((Trial[])[.. TrialPlan.Permits(ground), .. TrialPlan.Tests(ground), .. TrialPlan.Denials(ground), .. TrialPlan.Unknown(ground)]))
        {
            string port = trial.Port == 0 ? "" : $":{trial.Port}";
            output.Data.WriteLine($"{trial.Id}: {TerminalText.Escape(trial.Title)}: {trial.Kind.ToString().ToLowerInvariant()} {string.Join(" or ", trial.Names)}{port} over IPv{trial.Family}");
        }
        foreach (VerifyCheck check in ground.Families.SelectMany(f => new EscapePlan(ground, f, []).All()))
            output.Data.WriteLine($"{check.Id}: {TerminalText.Escape(check.Title)}: {check.Probe.Kind.ToString().ToLowerInvariant()} {check.To}: {check.Expected.Text}");
    }
}
