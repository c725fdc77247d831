using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Verification;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Running;

/// <summary>docs/rollout.md and docs/rollback.md on a real gateway: monitor, what-if, canary, enforce, verify, a mistake that verify sees, the way back, and one agent back to monitor.</summary>
public sealed class WrittenFolderTests(WrittenFolderLab lab) : IClassFixture<WrittenFolderLab>
{
    private const string Canary = "coding-1", Other = "research-1";

    [Fact]
    public async Task A_folder_that_init_wrote_rolls_out_step_by_step_and_back()
    {
        Say("init and check are done, the gateway monitors");
        // Monitor: what the runtime needs is permitted, what nobody approved passes and is recorded as would deny.
        await AssertAsync(Canary, "clawhub.ai", arrives: true, "permit", "allow-openclaw", "monitor");
        await AssertAsync(Canary, "api.openai.com", arrives: true, "deny", "shadow-model-deny", "monitor");
        string candidate = Path.Combine(lab.State.Folder, "candidate");
        Directory.CreateDirectory(candidate);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(lab.State.Documents, "policy"))) File.Copy(file, Path.Combine(candidate, Path.GetFileName(file)));
        WrittenFolderLab.Enforce(candidate);
        Say("real clients were let pass and recorded");
        Finished whatIf = await lab.ExeatAsync("policy", "what-if", "--policy", "../candidate", "--packs", "packs", "--agents", "agents.yaml", "--journal", "../journal", "--limit-passed-in-monitor", "0");
        Assert.True(whatIf.Status == 1, whatIf.Output + whatIf.Errors);
        Assert.Contains("api.openai.com", whatIf.Output, StringComparison.Ordinal);

        Say($"what-if ended with {whatIf.Status}: {whatIf.LastLine}");

        // A canary group is enforced, the others of its class are not.
        await lab.ReloadAsync(() => Write("canary", "mode: enforce"));
        await AssertAsync(Canary, "api.openai.com", arrives: false, "deny", "shadow-model-deny", "enforce");
        await AssertAsync(Canary, "clawhub.ai", arrives: true, "permit", "allow-openclaw", "enforce");
        await AssertAsync(Other, "api.openai.com", arrives: true, "deny", "shadow-model-deny", "monitor");

        Say("the canary is enforced");

        // The whole class.
        await lab.ReloadAsync(() =>
        {
            File.Delete(Path.Combine(lab.State.Documents, "policy/canary.yaml"));
            WrittenFolderLab.Enforce(Path.Combine(lab.State.Documents, "policy"));
        });
        await AssertAsync(Other, "api.openai.com", arrives: false, "deny", "shadow-model-deny", "enforce");
        await AssertAsync(Other, "integrate.api.nvidia.com", arrives: true, "permit", "allow-model-gateways", "enforce");

        Say("the class is enforced");

        // From the agent's own place. The lab has few of the hosts that the packs permit: those are inconclusive, and nothing fails.
        VerifyOutput held = await VerifyAsync(candidate);
        Assert.True(held.Count("failed") == 0, held.Unheld);
        foreach (string id in (string[])["permit/allow-openclaw/4", "permit/allow-openclaw/6", "escape/spoofed-sni/4", "escape/spoofed-sni/6", "family/enforced-4/4", "family/enforced-6/6", "policy/applied/0", "policy/mode/0"])
            Assert.Equal("held", held.Outcome(id));
        Say($"verify: {Counts(held)}");

        // A mistake: somebody's change brings monitor back.
        await lab.ReloadAsync(() => lab.Change("policy/policy.yaml", "mode: enforce", "mode: monitor\nmonitorUntil: 2099-01-31"));
        VerifyOutput broken = await VerifyAsync(candidate);
        Assert.Equal(1, broken.Status);
        foreach (string id in (string[])["policy/applied/0", "family/enforced-4/4", "family/enforced-6/6", "escape/spoofed-sni/4", "escape/spoofed-sni/6"]) Assert.True(broken.Outcome(id) == "failed", $"{id}: {broken.Outcome(id)}, {broken.Why(id)}");
        Say($"monitor by mistake; verify: {Counts(broken)}");
        await lab.ReloadAsync(() => lab.Change("policy/policy.yaml", "mode: monitor\nmonitorUntil: 2099-01-31", "mode: enforce"));
        VerifyOutput again = await VerifyAsync(candidate);
        Assert.True(again.Count("failed") == 0, again.Unheld);
        Say($"rolled back; verify: {Counts(again)}");

        // Back, for one agent and a stated time.
        await lab.ReloadAsync(() => Write("relief", "mode: monitor, monitorUntil: 2099-01-31"));
        await AssertAsync(Canary, "api.openai.com", arrives: true, "deny", "shadow-model-deny", "monitor");
        await AssertAsync(Other, "api.openai.com", arrives: false, "deny", "shadow-model-deny", "enforce");
    }

    // Against what was reviewed, not against what the gateway happens to have.
    private Task<VerifyOutput> VerifyAsync(string reviewed) => VerifyOutput.RunAsync(lab, Canary, "--agent", Canary, "--policy", reviewed, "--packs", Path.Combine(lab.State.Documents, "packs"), "--journal", lab.State.Journal, "--names", "2");

    private static string Counts(VerifyOutput ran) => $"{ran.Count("held")} held, {ran.Count("failed")} failed, {ran.Count("inconclusive")} inconclusive, {ran.Count("not-tested")} not tested, status {ran.Status}";

    private static void Say(string what) => TestContext.Current.TestOutputHelper!.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.f} {what}");

    // As the guide does it with sed.
    private void Write(string name, string mode) => File.WriteAllText(Path.Combine(lab.State.Documents, $"policy/{name}.yaml"),
        $"apiVersion: exeat/v1\nkind: Policy\nsmartGroups:\n  {name}: {{agents: [{Canary}], {mode}}}\n");

    private async Task AssertAsync(string agent, string to, bool arrives, string verdict, string rule, string mode)
    {
        foreach (int family in (int[])[4, 6])
        {
            Outcome outcome = await lab.TryAsync("https", to, family, agent: agent);
            Assert.True(outcome.Arrived == arrives, $"{agent} to {to} over IPv{family}: {outcome.Client.LastLine}");
            SeenRecord? record = await lab.RecordOfAsync(outcome);
            Assert.NotNull(record);
            Assert.Equal((verdict, rule, mode), (record.Verdict, record.Rule, record.Mode));
        }
    }
}
