using System.Collections.Concurrent;
using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>A published version with the windows of one gateway.</summary>
/// <param name="Content">The files.</param>
/// <param name="Version">Their version.</param>
/// <param name="Policy">As loaded; null when this release does not load the published version itself.</param>
/// <param name="Windows">The windows that are part of it.</param>
/// <param name="LeftOut">The windows that are not, each with the reason.</param>
internal sealed record Composition(PolicyContent Content, string Version, Policy.Policy? Policy, ImmutableArray<PolicyWindow> Windows, ImmutableArray<(PolicyWindow Window, ImmutableArray<Problem> Problems)> LeftOut);

/// <summary>Adds windows to a published version. What does not go together is left out, so that a window never keeps a stricter policy from its gateway.</summary>
internal sealed class PolicyComposer(PolicyVersions versions, TimeProvider time)
{
    private const int MaxRemembered = 256;

    private readonly ConcurrentDictionary<string, Composition> _made = new(StringComparer.Ordinal);

    public Composition Compose(string version, IReadOnlyList<PolicyWindow> windows)
    {
        string key = $"{version} {string.Join(' ', windows.Select(window => window.Id).Order(StringComparer.Ordinal))}";
        if (_made.TryGetValue(key, out Composition? known)) return known;
        Composition made = Make(version, windows);
        if (_made.Count >= MaxRemembered) _made.Clear();
        return _made[key] = made;
    }

    /// <summary>Composes without remembering: for windows that are only asked about.</summary>
    public Composition Make(string version, IReadOnlyList<PolicyWindow> windows)
    {
        ReadPolicy basis = versions.Read(version);
        var alone = new Composition(basis.Content, version, basis.Policy, [], []);
        if (windows.Count == 0) return alone;
        if (basis.Policy is null) return alone with { LeftOut = [.. windows.Select(window => (window, basis.Problems))] };
        PolicyWindow[] ordered = [.. windows.OrderBy(window => window.Starts).ThenBy(window => window.Id, StringComparer.Ordinal)];
        if (TryAdd(basis, ordered, out Composition? whole, out ImmutableArray<Problem> problems)) return whole;
        // One after the other: each is added to those that go together.
        var (kept, leftOut) = (alone, new List<(PolicyWindow, ImmutableArray<Problem>)>());
        foreach (PolicyWindow window in ordered)
        {
            if (TryAdd(basis, [.. kept.Windows, window], out Composition? more, out problems)) kept = more;
            else leftOut.Add((window, problems));
        }
        return kept with { LeftOut = [.. leftOut] };
    }

    private bool TryAdd(ReadPolicy basis, PolicyWindow[] windows, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Composition? made, out ImmutableArray<Problem> problems)
    {
        made = null;
        if (OverlayDocument.Write(windows, basis.Policy!) is not { } document)
        {
            problems = [new Problem(ContentPaths.Overlay, 0, 0, Severity.Error, "there is no priority left after the policy's last rule", "give the last rule a lower priority number and publish that")];
            return false;
        }
        ReadPolicy read = ContentReader.Read(basis.Content.With(ContentPaths.Overlay, document), time);
        problems = read.Problems;
        if (read.Policy is not { } policy) return false;
        // The document says only what it should: a name that closed a bracket would be a mistake of ours, and must not permit.
        string[] permits = [.. policy.Rules.Where(rule => rule.Action == RuleAction.Permit).Select(rule => rule.Name).Except(basis.Policy!.Rules.Select(rule => rule.Name))];
        if (!permits.ToHashSet().SetEquals(windows.Where(window => window.Kind == PolicyWindow.BreakGlass).Select(OverlayDocument.Name)) || policy.Rules.Take(basis.Policy.Rules.Length).Any(rule => rule.Where.File == ContentPaths.Overlay))
            throw new InvalidOperationException("policies: the document of a window has other rules than its own");
        made = new Composition(read.Content, policy.Version, policy, [.. windows], []);
        return true;
    }
}
