using Exeat.Flows;

namespace Exeat.Cli.Verify;

/// <summary>The result for people: a line a check, the gravest at the end where eyes rest, then what it comes to.</summary>
internal static class VerifyTable
{
    public static void Write(VerifyReport report, CommandOutput output)
    {
        foreach (CheckResult result in report.Results.OrderByDescending(r => r.Outcome))
        {
            string family = result.Family == 0 ? "" : $"v{result.Family}";
            output.Data.WriteLine($"{Word(result.Outcome),-12} {family,-2} {TerminalText.Escape(result.Title)}{(result.To.Length > 0 ? $" → {TerminalText.EscapeName(result.To)}" : "")}");
            if (result.Outcome != CheckOutcome.Held) output.Data.WriteLine($"{"",-15} {(result.Expected.Length > 0 ? $"expected {result.Expected}; " : "")}{TerminalText.Escape(result.Why)}");
            else output.Data.WriteLine($"{"",-15} {(result.Expected.Length > 0 ? $"{result.Expected}: " : "")}{TerminalText.Escape(result.Why)}");
        }
        output.Data.WriteLine($"verify: {TerminalText.Escape(report.Agent)} over {string.Join(" and ", report.Families.Select(f => $"IPv{f}"))}, policy {report.Policy[..Math.Min(12, report.Policy.Length)]}: {report.Summary}");
        foreach (CheckResult whole in report.Results.Where(r => r is { Outcome: CheckOutcome.Failed, Group: "policy" or "family" })) output.Data.WriteLine($"verify: {TerminalText.Escape(whole.Why)}");
        if (report.FarIsCompared) return;
        output.Data.WriteLine($"verify: the far side could not be asked over any way that the policy permits. Compare by hand: of run {report.Run} its output must have none of");
        foreach (CheckResult far in report.Results.Where(r => r.Token.Length > 0 && r.WasToBeRefused)) output.Data.WriteLine($"verify:   {far.Token} {TerminalText.Escape(far.Title)} → {TerminalText.EscapeName(far.To)}");
    }

    private static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Held => "held",
        CheckOutcome.NotTested => "not tested",
        CheckOutcome.Inconclusive => "INCONCLUSIVE",
        _ => "FAILED",
    };
}
