using System.Text.Json;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Verification;

/// <summary>What <c>exeat verify --json</c> printed, run inside an agent's namespace.</summary>
internal sealed record VerifyOutput(int Status, string Errors, JsonElement Root)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    public IReadOnlyList<JsonElement> Checks => [.. Root.GetProperty("checks").EnumerateArray()];

    /// <summary>The outcome of a check by its id; fails naming those that there are.</summary>
    public string Outcome(string id) => Find(id).GetProperty("outcome").GetString()!;

    public string Why(string id) => Find(id).GetProperty("why").GetString()!;

    public int Count(string outcome) => Checks.Count(c => c.GetProperty("outcome").GetString() == outcome);

    /// <summary>Everything that did not hold, for the message of a failed test.</summary>
    public string Unheld => string.Join('\n', Checks.Where(c => c.GetProperty("outcome").GetString() is not ("held" or "not-tested"))
        .Select(c => $"{c.GetProperty("outcome")} {c.GetProperty("id")}: {c.GetProperty("why")}")) + "\n" + Errors;

    /// <summary>Runs it as the user nobody: a user namespace of its own over the lab's, without one capability over the network.</summary>
    public static async Task<VerifyOutput> RunAsync(LabFixture lab, string agent, params string[] more)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        Finished ran = await AsNobodyAsync(lab, agent, ["--json", .. more]);
        Assert.True(ran.Output.StartsWith('{'), $"status {ran.Status}: {ran.Errors}");
        return new VerifyOutput(ran.Status, ran.Errors, JsonDocument.Parse(ran.Output).RootElement);
    }

    public static async Task<Finished> AsNobodyAsync(LabFixture lab, string agent, params string[] more)
    {
        // Where no gateway was started, nobody has written them yet.
        string policy = Path.Combine(lab.State.Documents, LabFiles.PolicyName), agents = Path.Combine(lab.State.Documents, LabFiles.AgentsName);
        if (!File.Exists(policy)) await new PolicyText("enforce").WriteAsync(lab.State);
        if (!File.Exists(agents)) await File.WriteAllTextAsync(agents, LabFiles.Text(LabFiles.AgentsName));
        return await Subprocess.RunAsync(lab.Network.Inside(agent, ["unshare", "--user", "--map-user=65534", "--map-group=65534", "setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs", .. LabPrograms.Exeat,
            "verify", .. more.Contains("--policy") ? (string[])[] : ["--policy", policy], "--agents", agents, .. more]), Deadline);
    }

    private JsonElement Find(string id)
    {
        foreach (JsonElement check in Checks)
            if (check.GetProperty("id").GetString() == id) return check;
        throw new InvalidOperationException($"no check {id} among: {string.Join(' ', Checks.Select(c => c.GetProperty("id")))}");
    }
}
