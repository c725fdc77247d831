using System.Text;
using Exeat.Names;

namespace Exeat.Flows;

/// <summary>Chooses flows. Every condition that is given must hold.</summary>
public sealed record FlowQuery
{
    /// <summary>The agent's id.</summary>
    public string? Agent { get; init; }

    /// <summary>The agent's class.</summary>
    public string? Class { get; init; }

    /// <summary>A name, or a pattern as in a policy; any name of the flow may match.</summary>
    public string? Name { get; init; }

    /// <summary>The deciding rule, or the rule of a would-be decision.</summary>
    public string? Rule { get; init; }

    /// <summary><c>permit</c>, <c>deny</c> (applied) or <c>would-deny</c>.</summary>
    public string? Verdict { get; init; }

    /// <summary>The reason.</summary>
    public string? Reason { get; init; }

    /// <summary>Not before.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Not after.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The verdicts that <see cref="Verdict"/> may name.</summary>
    public static IReadOnlyList<string> Verdicts { get; } = ["permit", "deny", "would-deny"];

    /// <summary>Whether the flow is chosen.</summary>
    public bool Matches(FlowSummary flow) =>
        (Agent is null || flow.Decision.Agent == Agent)
        && (Class is null || flow.Decision.Class == Class)
        && (Reason is null || flow.Events.Any(e => e.Reason == Reason))
        && (Rule is null || flow.Events.Any(e => e.Rule == Rule || e.Would?.Rule == Rule || e.Monitored?.Rule == Rule))
        && (Since is null || flow.Events[^1].Time >= Since)
        && (Until is null || flow.First <= Until)
        && (Verdict is null || flow.Outcome.Replace(' ', '-') == Verdict)
        && (Name is null || flow.Names.Any(name => MatchesName(name.Name)));

    private bool MatchesName(string name)
    {
        string wanted = Name!.ToLowerInvariant().TrimEnd('.');
        if (name == wanted) return true;
        return wanted.Contains('*') && NamePattern.TryParse(wanted, out NamePattern? pattern, out _) && Ascii.IsValid(name)
            && pattern.Matches(Encoding.ASCII.GetBytes(name));
    }
}
