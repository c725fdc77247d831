using System.Collections.Immutable;
using System.Text;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>Compares two policies: the text of their files, and what they decide for the agents of the gateways that have them.</summary>
internal sealed class PolicyDiffs(PolicyVersions versions, PolicyPublishing publishing, AssignmentDesk desk, TimeProvider time) : IDisposable
{
    // A text that nobody reads to its end.
    private const int MaxText = 1 << 20;

    // One takes up to half a minute of one core, and control has others to serve.
    private readonly SemaphoreSlim _turn = new(1);

    public Task<PolicyDiffResult> OfVersionsAsync(string policy, string? from, string? to, CancellationToken cancel) => InTurnAsync(() =>
    {
        PolicyVersionEntry second = versions.Find(policy, to), first = versions.Find(policy, from ?? second.Parent ?? second.Version);
        return Compare(policy, versions.Read(first.Version), versions.Read(second.Version));
    }, cancel);

    public Task<PolicyDiffResult> OfUploadAsync(string policy, PolicyDiffUpload request, CancellationToken cancel) => InTurnAsync(() =>
    {
        ReadPolicy second = publishing.Read(request.Upload);
        return Compare(policy, versions.Read(versions.Find(policy, request.From).Version), second);
    }, cancel);

    public void Dispose() => _turn.Dispose();

    private async Task<PolicyDiffResult> InTurnAsync(Func<PolicyDiffResult> compare, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return await Task.Run(compare, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    private PolicyDiffResult Compare(string policy, ReadPolicy first, ReadPolicy second)
    {
        Policy.Policy before = Loaded(first), after = Loaded(second);
        AgentsDocument[] known = [.. desk.GatewaysFor(policy, null).Select(gateway => gateway.Agents).OfType<AgentsDocument>().Where(agents => !agents.Agents.IsEmpty)];
        var notExact = new List<string>();
        if (known.Length > PolicyLimits.Comparisons) notExact.Add($"compared for {PolicyLimits.Comparisons} of {known.Length} gateways");
        if (known.Length == 0) notExact.Add("no gateway has this policy: compared for imagined agents, one for each selector of a group");
        AgentsDocument[] agents = known.Length == 0 ? [ImaginedAgents.Of(before, after)] : [.. known.Take(PolicyLimits.Comparisons)];
        PolicyComparison[] comparisons = [.. agents.Select(one => PolicyDiff.Compare(before, after, one, time.GetUtcNow()))];
        return new PolicyDiffResult
        {
            From = before.Version,
            To = after.Version,
            SameDecisions = comparisons.All(comparison => comparison.IsSame),
            Agents = known.Length == 0 ? "imagined agents" : $"{agents.Sum(one => one.Agents.Length)} agents of {agents.Length} gateways",
            NewlyPermitted = DifferenceSentences.Bounded(comparisons.SelectMany(comparison => DifferenceSentences.Of(comparison, permittedInSecond: true))),
            NewlyRefused = DifferenceSentences.Bounded(comparisons.SelectMany(comparison => DifferenceSentences.Of(comparison, permittedInSecond: false))),
            Modes = DifferenceSentences.Bounded(comparisons.SelectMany(DifferenceSentences.Modes)),
            NotExact = DifferenceSentences.Bounded([.. notExact, .. comparisons.SelectMany(comparison => comparison.NotCompared)]),
            Text = Text(first.Content, second.Content),
        };
    }

    private static string Text(PolicyContent before, PolicyContent after)
    {
        var text = new StringBuilder();
        foreach (string path in before.Files.Keys.Union(after.Files.Keys).Order(StringComparer.Ordinal))
        {
            text.Append(UnifiedDiff.Of(path, before.Files.GetValueOrDefault(path), after.Files.GetValueOrDefault(path)));
            if (text.Length <= MaxText) continue;
            text.Length = MaxText;
            return text.Append("\n(cut here)\n").ToString();
        }
        return text.ToString();
    }

    private static Policy.Policy Loaded(ReadPolicy read) => read.Policy
        ?? throw new Refused(StatusCodes.Status422UnprocessableEntity, "policy-refused", "a version is not taken by this release", "mend it and publish that") { Problems = [.. read.Problems.Select(DocumentProblem.Of)] };
}
