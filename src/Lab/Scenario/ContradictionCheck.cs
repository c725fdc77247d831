using Exeat.Lab.Report;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Scenario;

/// <summary>Check 10: a model that is approved and denied at once fails the policy check, and a gateway that is given it keeps the policy it has.</summary>
internal static class ContradictionCheck
{
    private const int WrongInput = 2;
    private static readonly TimeSpan Settle = LabPatience.Seconds(0.7);

    public static async Task<LabRow> MakeAsync(LabSpaces spaces, LabGateway gateway, IReadOnlyList<string> exeat)
    {
        (string Version, string Mode) before = gateway.Applied();
        await new PolicyText(before.Mode, ApproveDenied: true).WriteAsync(spaces.State);
        string file = Path.Combine(spaces.State.Documents, LabFiles.PolicyName);
        Finished check = await Subprocess.RunAsync([.. exeat, "policy", "check", file], LabPatience.Seconds(10));
        await gateway.Process.SignalAsync("HUP");
        await Task.Delay(Settle, TimeProvider.System);
        bool kept = gateway.Applied() == before && !gateway.Process.HasEnded;
        await new PolicyText(before.Mode).WriteAsync(spaces.State);
        bool refused = check.Status == WrongInput && (check.Errors + check.Output).Contains("api.openai.com", StringComparison.Ordinal);
        return new LabRow
        {
            Phase = before.Mode,
            Agent = "-",
            Class = "-",
            Attempt = "10 a model approved and denied (policy check, reload)",
            Destination = "api.openai.com",
            Expected = "refused, nothing changes",
            Decision = refused ? "refused" : "",
            Rule = "",
            Reason = refused ? "approved and denied" : check.LastLine,
            Recorded = kept,
            Arrived = false,
            Ok = refused && kept,
        };
    }
}
