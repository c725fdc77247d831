using System.Collections.Immutable;
using System.Globalization;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>What differs between two policies, a plain sentence for each: what approvers read.</summary>
internal static class DifferenceSentences
{
    private const int MaxNames = 5, MaxAgents = 5;

    /// <summary>What the second permits and the first refuses (or the other way round).</summary>
    public static IEnumerable<string> Of(PolicyComparison comparison, bool permittedInSecond) =>
        from difference in comparison.Differences
        where difference.IsPermittedInSecond == permittedInSecond
        from example in difference.Examples
        select Sentence(difference, example);

    /// <summary>Whose mode changes.</summary>
    public static IEnumerable<string> Modes(PolicyComparison comparison) =>
        comparison.Modes.Select(change => $"{From(change.From)}{change.Agent} is in {Word(change.Second)} and no longer in {Word(change.First)}{(change.Second == Mode.Monitor ? ": nothing is refused, everything is recorded" : "")}");

    private static string From(DateTimeOffset? moment) => moment is { } later ? string.Create(CultureInfo.InvariantCulture, $"from {later.UtcDateTime:yyyy-MM-dd HH:mm} on ") : "";

    /// <summary>The first so many, each once; the rest as a count.</summary>
    public static ImmutableArray<string> Bounded(IEnumerable<string> sentences)
    {
        string[] all = [.. sentences.Distinct(StringComparer.Ordinal)];
        return all.Length <= PolicyLimits.Sentences ? [.. all] : [.. all.Take(PolicyLimits.Sentences), string.Create(CultureInfo.InvariantCulture, $"and {all.Length - PolicyLimits.Sentences} more, which exeat policy diff shows")];
    }

    private static string Sentence(PolicyDifference difference, DifferenceExample example)
    {
        string to = example.Names.IsEmpty ? example.Probe.Destination.IsKnown ? example.Probe.Destination.ToString() : "any destination" : Some(example.Names, MaxNames);
        (string may, string rule, string other, string otherSaid) = difference.IsPermittedInSecond ? ("may", difference.SecondRule, difference.FirstRule, "refused it")
            : ("may no longer", difference.SecondRule, difference.FirstRule, "permitted it");
        string verb = difference.IsAnswer ? $"be answered {example.Probe.Destination} for {Some(example.Names, MaxNames)}" : example.Probe.Stage == Stage.Dns ? $"resolve {to}" : $"reach {to}";
        string attempt = difference.IsAnswer || example.Probe.Stage == Stage.Dns ? "" : $" ({difference.AttemptText(example)})", how = difference.HowText(example);
        return $"{Some(difference.Agents, MaxAgents)} {may} {verb}{attempt} by {rule}; until now {other} {otherSaid}{(how.Length > 0 ? $" [{how}]" : "")}";
    }

    private static string Some(IReadOnlyList<string> texts, int most) =>
        string.Join(", ", texts.Take(most)) + (texts.Count > most ? string.Create(CultureInfo.InvariantCulture, $" and {texts.Count - most} more") : "");

    private static string Word(Mode mode) => mode == Mode.Monitor ? "monitor" : "enforce";
}
