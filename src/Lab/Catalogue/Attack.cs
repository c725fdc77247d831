using System.Collections.Immutable;
using Exeat.Lab.Scenario;

namespace Exeat.Lab.Catalogue;

/// <summary>One attack of the catalogue: a line of <c>docs/escapes.md</c> made real, in each family, against each of the three columns.</summary>
/// <remarks>Declarative ones come from <see cref="Attempt"/> and <see cref="OfScenario"/>; the others bring a procedure of their own (<see cref="Run"/>).</remarks>
public sealed record Attack
{
    private const string Everything = """
          control-everywhere: {cidrs: [0.0.0.0/0, "::/0"]}

        """;

    private const string PermitEverything = """
        - {name: control, priority: 1, to: {groups: [control-everywhere]}, action: permit}

        """;

    // Rules by address alone, which the permit above them leaves nothing to decide: a mistake, says the policy's check.
    private const string Shadowed = "allow-vpc-dns-udp allow-vpc-dns-tcp deny-eastwest";

    /// <summary>The line, a hyphen and a word: <c>T3-overlap</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What it is, for people; no letter case tricks, one line.</summary>
    public required string Title { get; init; }

    /// <summary>Makes it once in a family (4 or 6), in the lab of a column, and says what was seen. It leaves the lab as it found it.</summary>
    public required Func<AttackLab, int, Task<AttackSeen>> Run { get; init; }

    /// <summary>The families in which it has a meaning.</summary>
    public ImmutableArray<int> Families { get; init; } = [4, 6];

    /// <summary>Why it is made in one family only; empty when it is made in both.</summary>
    public string OneFamily { get; init; } = "";

    /// <summary>The rule that the record names while contained; <c>|</c> separates alternatives; empty where no rule decides.</summary>
    public string Rule { get; init; } = "";

    /// <summary>The reason that the record gives while contained; <c>|</c> separates alternatives.</summary>
    public required string Reason { get; init; }

    /// <summary>Why there is no record while contained (what the kernel drops before anything is an attempt); empty when there is one.</summary>
    public string NoRecord { get; init; } = "";

    /// <summary>Why no policy can permit it; empty when the control column has a meaning.</summary>
    public string NoControl { get; init; } = "";

    /// <summary>Why it has no meaning without a gateway; empty when the sabotage column has one.</summary>
    public string NoSabotage { get; init; } = "";

    /// <summary>The policy while contained. Attacks with the same one are made together, so use few.</summary>
    public PolicyText Policy { get; init; } = new("enforce");

    /// <summary>The policy of the control run: as a default the lab's own, below a permit by address for everything.</summary>
    public PolicyText ControlPolicy { get; init; } = Permitting;

    /// <summary>Whether it shakes the lab itself (kills the gateway, flushes the ruleset): made after all others.</summary>
    public bool Disturbs { get; init; }

    /// <summary>The line of <c>docs/escapes.md</c> that it belongs to.</summary>
    public string Line => Id[..Id.IndexOf('-', StringComparison.Ordinal)];

    /// <summary>The lab's policy below a permit by address for everything.</summary>
    public static PolicyText Permitting { get; } = new("enforce") { ExtraGroups = Everything, ExtraRules = PermitEverything, WithoutRules = Shadowed, Tested = false };

    /// <summary>The same with more rules (priorities 2 to 9 are free): by name, for instance, since a permit by address makes no name resolvable.</summary>
    public static PolicyText PermittingAlso(string rules, string names = "", string groups = "") =>
        Permitting with { ExtraGroups = Everything + groups, ExtraNames = names, ExtraRules = PermitEverything + rules };

    /// <summary>An attack that is one run of one client or tool (<see cref="AttemptCommands"/>); <paramref name="to"/> as in the scenario: name, @place, or name@place.</summary>
    public static Attack Attempt(string id, string title, string kind, string to, string reason, string rule = "default-deny", int port = 443, string agent = "coding-1") => new()
    {
        Id = id,
        Title = title,
        Rule = rule,
        Reason = reason,
        Run = async (lab, family) => AttackSeen.Of(await lab.TryAsync(kind, to, family, port, agent)),
    };

    /// <summary>An attack of <c>policies/lab/scenario.json</c>, by its id there: described once, used in the lab's course and here.</summary>
    public static Attack OfScenario(string id, string scenario, string reason)
    {
        ScenarioEntry entry = ScenarioDocument.Shipped.Attempts.Single(a => a.Id == scenario);
        string title = entry.Title.StartsWith('(') ? entry.Title[(entry.Title.IndexOf(')', StringComparison.Ordinal) + 2)..] : entry.Title;
        return Attempt(id, title, entry.Kind, entry.To, reason, entry.Rule, entry.Port, entry.Agents.Contains("*") || entry.Agents.Contains("coding-1") ? "coding-1" : entry.Agents[0]) with
        {
            Families = entry.Families,
            OneFamily = entry.Families.Length == 1 ? "the other family is an entry of its own" : "",
        };
    }
}
