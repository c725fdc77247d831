using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Compares two policies by what they decide, not by their text: every class of attempts that either of them tells apart is asked of both.</summary>
public sealed class PolicyDiff
{
    // What expires one after the other is compared at each of these moments; a policy has a handful.
    private const int MaxMoments = 16;

    /// <summary>Classes of attempts in one comparison at most: half a minute; the packs with five agents take 20,000.</summary>
    public const long MaxCompared = 20_000_000;

    // Looking at the clock costs more than a comparison.
    private const long LookEach = 4096;

    // Per pair of rules: examples are to be read, not to be complete.
    private const int MaxExamples = 40, MaxNames = 200;

    private readonly Policy _first, _second;
    private readonly AgentsDocument _agents;
    private readonly Dictionary<Key, List<DifferenceExample>> _found = [];
    private readonly List<(string Agent, Mode First, Mode Second, DateTimeOffset? From)> _modes = [];
    private readonly HashSet<(string, Mode, Mode)> _knownModes = [];
    private readonly List<string> _notCompared = [];
    private readonly List<(CompiledPolicy First, CompiledPolicy Second)> _earlier = [];
    private readonly long _most;
    private readonly CancellationToken _cancel;
    private long _compared;

    private PolicyDiff(Policy first, Policy second, AgentsDocument agents, long most, CancellationToken cancel) => (_first, _second, _agents, _most, _cancel) = (first, second, agents, most, cancel);

    /// <summary>Compares for these agents, from this moment on.</summary>
    public static PolicyComparison Compare(Policy first, Policy second, AgentsDocument agents, DateTimeOffset now) => Compare(first, second, agents, now, MaxCompared, CancellationToken.None);

    /// <summary>Compares at most so many classes of attempts: what is beyond them is said in <see cref="PolicyComparison.NotCompared"/>.</summary>
    public static PolicyComparison Compare(Policy first, Policy second, AgentsDocument agents, DateTimeOffset now, long most, CancellationToken cancel)
    {
        var diff = new PolicyDiff(first, second, agents, most, cancel);
        diff.Run(now);
        ImmutableArray<PolicyDifference> differences =
        [
            .. diff._found.Select(pair => pair.Key.Of(pair.Value)).OrderByDescending(difference => difference.IsPlain).ThenByDescending(difference => difference.IsPermittedInSecond)
                .ThenBy(difference => difference.From).ThenBy(difference => difference.Agents[0], StringComparer.Ordinal).ThenBy(difference => difference.SecondRule, StringComparer.Ordinal),
        ];
        return new PolicyComparison
        {
            Differences = differences,
            Modes = [.. diff._modes],
            Rules = [.. RuleChanges.Of(first, second, differences)],
            NotCompared = [.. diff._notCompared],
            Compared = diff._compared,
        };
    }

    private void Run(DateTimeOffset now)
    {
        DateTimeOffset? later = null;
        for (int moments = 0; ; moments++)
        {
            _cancel.ThrowIfCancellationRequested();
            DateTimeOffset moment = later ?? now;
            CompiledPolicy first = CompiledPolicy.Compile(_first, _agents, moment), second = CompiledPolicy.Compile(_second, _agents, moment);
            CompareAt(first, second, later);
            _earlier.Add((first, second));
            DateTimeOffset? next = first.NextExpiry is { } a && second.NextExpiry is { } b ? (a < b ? a : b) : first.NextExpiry ?? second.NextExpiry;
            if (next is null) return;
            if (_compared > _most)
            {
                _notCompared.Add($"what expires after {moment:yyyy-MM-dd} was not compared: more than {_most} classes of attempts");
                return;
            }
            if (moments == MaxMoments)
            {
                _notCompared.Add($"what expires after {moment:yyyy-MM-dd} was not compared: more than {MaxMoments} moments at which something expires");
                return;
            }
            later = next;
        }
    }

    private void CompareAt(CompiledPolicy first, CompiledPolicy second, DateTimeOffset? from)
    {
        var space = new DecisionSpace(first, second);
        if (!space.IsExact && _notCompared.Count == 0) _notCompared.Add("the name patterns are too many or too intricate to visit every combination: a difference in names may be missing");
        // Monitor may end later in one of them, or not at all.
        foreach ((AgentEntry one, AgentEntry other) in first.Agents.Zip(second.Agents).Where(pair => pair.First.EffectiveMode != pair.Second.EffectiveMode))
        {
            if (_knownModes.Add((one.Id, one.EffectiveMode, other.EffectiveMode))) _modes.Add((one.Id, one.EffectiveMode, other.EffectiveMode, from));
        }
        foreach (int[] agents in space.AgentGroups)
        {
            foreach ((Probe probe, IReadOnlyList<NameGroup> alike) in space.Probes(agents[0]))
            {
                if (!MayGoOn())
                {
                    _notCompared.Add($"more than {_most} classes of attempts: those after them, from agent {first.Agents[agents[0]].Id} on, were not compared");
                    return;
                }
                Decision a = probe.Decide(first), b = probe.Decide(second);
                if (a.Verdict != b.Verdict) Enter(new Sides(first, second, agents, from), probe, alike, first.RuleName(a), second.RuleName(b), b.Verdict == Verdict.Permit, false);
            }
            if (!CompareAnswers(new Sides(first, second, agents, from), space)) return;
        }
    }

    private bool MayGoOn()
    {
        if (_compared % LookEach == 0) _cancel.ThrowIfCancellationRequested();
        return _compared++ < _most;
    }

    // The resolver releases a private address only where a permit states name and address, even one that never decides.
    private bool CompareAnswers(Sides sides, DecisionSpace space)
    {
        int agent = sides.Agents[0];
        foreach (NameGroup group in space.Names)
        {
            var question = new Probe { Agent = agent, Stage = Stage.Dns, Claim = Claim.Name, Claimed = group.First, IsPlain = true };
            Decision a = question.Decide(sides.First), b = question.Decide(sides.Second);
            if (a.Verdict != Verdict.Permit || b.Verdict != Verdict.Permit) continue;
            foreach (Address address in space.Addresses)
            {
                if (!MayGoOn())
                {
                    _notCompared.Add($"more than {_most} classes of attempts: answers after them, from agent {sides.First.Agents[agent].Id} on, were not compared");
                    return false;
                }
                Probe answer = question with { Destination = address };
                bool inSecond = Answers(sides.Second, answer);
                if (Answers(sides.First, answer) != inSecond) Enter(sides, answer, [group], sides.First.RuleName(a), sides.Second.RuleName(b), inSecond, true);
            }
        }
        return true;
    }

    private static bool Answers(CompiledPolicy policy, Probe answer) => policy.MayAnswer(answer.Agent, answer.Claimed!.Bytes, answer.Destination);

    private void Enter(Sides sides, Probe probe, IReadOnlyList<NameGroup> alike, string firstRule, string secondRule, bool inSecond, bool isAnswer)
    {
        if (FirstNews(probe, alike, isAnswer) is not { } news) return;
        bool isAnswered = news.Bound.All(name => sides.First.MayAnswer(news.Agent, name.Bytes, news.Destination) || sides.Second.MayAnswer(news.Agent, name.Bytes, news.Destination));
        if (!isAnswered) news = news with { IsPlain = false };
        var key = new Key(string.Join('\n', sides.Ids()), firstRule, secondRule, inSecond, isAnswer, sides.From);
        if (!_found.TryGetValue(key, out List<DifferenceExample>? examples)) _found[key] = examples = [];
        // Where honest clients meet the difference, what others may do is no news.
        if (examples.Count > 0 && news.IsPlain && !examples[0].Probe.IsPlain) examples.Clear();
        if (examples.Count >= MaxExamples || (examples.Count > 0 && examples[0].Probe.IsPlain && !news.IsPlain)) return;
        (string[] names, string[] patterns) = Describe(sides, alike, firstRule, secondRule, inSecond, news.Stage == Stage.Dns);
        if (!examples.Any(known => IsLike(known, news, names))) examples.Add(new DifferenceExample(news, [.. names], [.. patterns], isAnswered));
    }

    // What differs already is no news of a later moment; but another name, that was told apart until then, may be.
    private Probe? FirstNews(Probe probe, IReadOnlyList<NameGroup> alike, bool isAnswer)
    {
        if (IsNews(probe, isAnswer)) return probe;
        if (!probe.IsPlain) return null;
        foreach (NameGroup group in alike)
        {
            Probe other = probe with { Claimed = group.First, Bound = probe.Bound.Length > 0 ? [group.First] : [] };
            if (IsNews(other, isAnswer)) return other;
        }
        return null;
    }

    private bool IsNews(Probe probe, bool isAnswer) => !_earlier.Any(pair =>
        isAnswer ? Answers(pair.First, probe) != Answers(pair.Second, probe) : probe.Decide(pair.First).Verdict != probe.Decide(pair.Second).Verdict);

    // Another address says nothing new where names matter.
    private static bool IsLike(DifferenceExample known, Probe probe, string[] names) =>
        known.Names.SequenceEqual(names) && (names.Length > 0 || known.Probe.Destination == probe.Destination)
        && (known.Probe.Stage, known.Probe.Protocol, known.Probe.Port) == (probe.Stage, probe.Protocol, probe.Port)
        && (probe.IsPlain || (known.Probe.Claim, known.Probe.Bound.Length) == (probe.Claim, probe.Bound.Length));

    // Names, those first that a rule spells: of the rule that permits, else of the one that denies by name.
    private static (string[], string[]) Describe(Sides sides, IReadOnlyList<NameGroup> alike, string firstRule, string secondRule, bool inSecond, bool isQuestion)
    {
        if (alike.Count == 0) return ([], []);
        NameEntry[] permitting = Entries(inSecond ? sides.Second : sides.First, inSecond ? secondRule : firstRule), denying = Entries(inSecond ? sides.First : sides.Second, inSecond ? firstRule : secondRule);
        NameEntry[] entries = permitting.Length > 0 ? permitting : denying;
        // Both by address: any name would do.
        if (entries.Length == 0 && !isQuestion) return ([], []);
        DomainName[] names = [.. alike.SelectMany(group => group.Names).Take(MaxNames)];
        (string Name, string? Pattern)[] described = [.. names.Select(name => (name.Text, Array.Find(entries, entry => entry.Pattern.Matches(name.Bytes))?.Pattern.Text))];
        return ([.. described.OrderByDescending(one => one.Pattern == one.Name).Select(one => one.Name)], [.. described.Select(one => one.Pattern).OfType<string>().Distinct()]);
    }

    private static NameEntry[] Entries(CompiledPolicy policy, string rule) =>
        [.. policy.Rules.Where(one => one.Name == rule).SelectMany(one => one.ToNames).Where(entry => !entry.IsExpired(policy.CompiledAt))];

    private sealed record Sides(CompiledPolicy First, CompiledPolicy Second, int[] Agents, DateTimeOffset? From)
    {
        public IEnumerable<string> Ids() => Agents.Select(agent => First.Agents[agent].Id);
    }

    private sealed record Key(string Agents, string FirstRule, string SecondRule, bool IsPermittedInSecond, bool IsAnswer, DateTimeOffset? From)
    {
        public PolicyDifference Of(List<DifferenceExample> examples) => new()
        {
            Agents = [.. Agents.Split('\n')],
            FirstRule = FirstRule,
            SecondRule = SecondRule,
            IsPermittedInSecond = IsPermittedInSecond,
            IsAnswer = IsAnswer,
            From = From,
            Examples = [.. examples],
        };
    }
}
