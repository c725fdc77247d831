using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Checks a change against what is there now and says what it does. The same for asking and for approving: what has become wrong meanwhile is refused then.</summary>
internal sealed class ChangePlanner(Database database, PolicyVersions versions, PolicyComposer composer, IFleet fleet, AgentsPlanner agentsPlanner, TimeProvider time)
{
    /// <summary>One gateway before and after.</summary>
    private sealed record Step(FleetGateway Gateway, Assignment? Before, Assignment? After, IReadOnlyList<PolicyWindow> WindowsBefore, IReadOnlyList<PolicyWindow> WindowsAfter);

    /// <summary>Plans a change; <paramref name="document"/> is the agents document of one that names it.</summary>
    public ChangePlan Plan(PolicyChange change, string? document = null)
    {
        if (InTime(change, document, compares: true) is { } plan) return plan;
        // Nobody has to approve what it permits: a slow machine must not keep a rollback or a break-glass from being done.
        if (change.Kind != AgentsPlanner.Kind && InTime(change, document, compares: false) is { Guarded.IsEmpty: true } unknown) return unknown;
        throw new Refused(StatusCodes.Status503ServiceUnavailable, "planning-too-long", $"what this change does was not found out within {PolicyLimits.Planning.TotalSeconds:0} seconds, and nothing was changed",
            "ask again when control has less to do, or change fewer gateways at once: --on gateway:ID or class:CLASS");
    }

    // Null: it took too long.
    private ChangePlan? InTime(PolicyChange change, string? document, bool compares)
    {
        // Without comparing it still checks each gateway; whoever asks waits for five minutes.
        using var late = new CancellationTokenSource(compares ? PolicyLimits.Planning : 3 * PolicyLimits.Planning, time);
        try
        {
            return Plan(change, document, compares, late.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return null;
        }
    }

    private ChangePlan Plan(PolicyChange change, string? document, bool compares, CancellationToken late)
    {
        using SqliteConnection connection = database.Open();
        if (change.Kind == AgentsPlanner.Kind) return agentsPlanner.Plan(connection, change, document!);
        if (change.Kind == SecondPersonOff)
        {
            var alone = new ChangeReach([], [change.Class!], [], TouchesUnknown: false);
            return Whole(connection, change, alone, _ => alone, [], [$"changes that touch agents of class {change.Class} no longer need a second person"]);
        }
        ChangeReach reach = Look(connection, change, out Step[] steps);
        var notes = new List<string>();
        foreach (Step step in steps)
        {
            late.ThrowIfCancellationRequested();
            Check(step, change, notes);
        }
        if (steps.Length == 0) notes.Add("no gateway runs another policy by it now");
        // First, so that no number of other notes pushes them out.
        var missing = new List<string>();
        IReadOnlyList<string> permits = compares ? Permits(steps, notes, missing, late) : [];
        if (!compares) missing.Add($"what it permits anew was not found out within {PolicyLimits.Planning.TotalSeconds:0} seconds");
        return Whole(connection, change, reach, later => Look(later, change, out _), permits, [.. missing, .. notes]);
    }

    private ChangeReach Look(SqliteConnection connection, PolicyChange change, out Step[] steps)
    {
        IReadOnlyList<FleetGateway> gateways = fleet.Read(connection);
        steps = change.Window is null ? [.. OfAssignment(connection, change, gateways)] : [.. OfWindow(connection, change, gateways)];
        IEnumerable<string> classes = change.Window is { } window ? Meant(window, gateways).Select(agent => agent.Class).Concat(window.Classes)
            : steps.SelectMany(step => step.Gateway.Classes).Concat(change.On!.Scope == "class" ? [change.On.Target] : []);
        return new ChangeReach([.. steps.Select(step => step.Gateway.Id).Order(StringComparer.Ordinal)], [.. classes.Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal)], [], TouchesUnknown(change, gateways));
    }

    /// <summary>The kind of change that takes the second person away from a class.</summary>
    public const string SecondPersonOff = "second-person-off";

    /// <summary>A plan with the classes that need a second person.</summary>
    public static ChangePlan Whole(SqliteConnection connection, PolicyChange change, ChangeReach reach, Func<SqliteConnection, ChangeReach> again, IReadOnlyList<string> permits, IReadOnlyList<string> notes)
    {
        var effect = new ChangeEffect { Gateways = reach.Gateways, Classes = reach.Classes, Under = reach.Under, NewlyPermitted = DifferenceSentences.Bounded(permits), Notes = DifferenceSentences.Bounded(notes) };
        return new ChangePlan(change, effect, [.. Guarded(connection).Where(reach.Touches)], reach, again);
    }

    /// <summary>The classes for which a second person is needed.</summary>
    public static List<string> Guarded(SqliteConnection connection) => connection.List("SELECT class FROM policy_classes WHERE second_person = 1 ORDER BY class", row => row.GetString(0));

    // Where it cannot be told whom a change touches, it touches everybody.
    private static bool TouchesUnknown(PolicyChange change, IReadOnlyList<FleetGateway> gateways)
    {
        if (change.Window is { } window) return window.Agents.Any(id => !gateways.Any(gateway => (gateway.Agents?.Agents ?? []).Any(agent => agent.Id == id)));
        return change.On!.Scope switch
        {
            "default" => true,
            "gateway" => gateways.FirstOrDefault(gateway => gateway.Id == change.On.Target) is not { Agents.Agents.IsEmpty: false },
            _ => false,
        };
    }

    private static IEnumerable<AgentDocument> Meant(PolicyWindowRequest window, IReadOnlyList<FleetGateway> gateways) =>
        gateways.Where(gateway => window.Gateways.IsEmpty || window.Gateways.Contains(gateway.Id)).SelectMany(gateway => gateway.Agents?.Agents ?? [])
            .Where(agent => window.Agents.Contains(agent.Id) || window.Classes.Contains(agent.Class));

    private IEnumerable<Step> OfAssignment(SqliteConnection connection, PolicyChange change, IReadOnlyList<FleetGateway> gateways)
    {
        IReadOnlyDictionary<AssignmentTarget, Assignment> before = Assignments.Current(connection);
        if ((Assignments.Newest(connection, change.On!)?.Id ?? 0) != change.Replaces) throw Refused.Conflict($"what is assigned to {change.On} has changed meanwhile", "look at exeat policy assignments, and ask again");
        var after = new Dictionary<AssignmentTarget, Assignment>(before);
        after.Remove(change.On!);
        if (change.Version is not null)
            after[change.On!] = new Assignment { Id = long.MaxValue, On = change.On!, Kind = change.Kind, Policy = change.Policy, Version = change.Version, Actor = "", Reason = change.Reason, Time = time.GetUtcNow() };
        IReadOnlyList<PolicyWindow> windows = PolicyWindows.Active(connection, time.GetUtcNow());
        foreach (FleetGateway gateway in gateways)
        {
            Resolution old = Precedence.Of(gateway, before), now = Precedence.Of(gateway, after);
            if (now.Conflict is { } conflict && old.Conflict is null) throw new Refused(StatusCodes.Status409Conflict, "assignment-conflict", conflict, "assign one version to that gateway itself, then to the class");
            if (old.Assignment?.Version == now.Assignment?.Version && old.Conflict is null) continue;
            PolicyWindow[] own = [.. windows.Where(window => window.Touches(gateway))];
            yield return new Step(gateway, old.Assignment, now.Assignment, own, own);
        }
    }

    private IEnumerable<Step> OfWindow(SqliteConnection connection, PolicyChange change, IReadOnlyList<FleetGateway> gateways)
    {
        IReadOnlyDictionary<AssignmentTarget, Assignment> current = Assignments.Current(connection);
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<PolicyWindow> active = PolicyWindows.Active(connection, now);
        if (active.Count >= PolicyLimits.Windows) throw Refused.Conflict($"{active.Count} windows are open", "end some of them");
        PolicyWindow opened = WindowOf(change, "", null, now);
        Step[] steps = [.. from gateway in gateways
                           where opened.Touches(gateway)
                           let assignment = Precedence.Of(gateway, current).Assignment
                           where assignment is not null
                           let own = active.Where(window => window.Touches(gateway)).ToArray()
                           select new Step(gateway, assignment, assignment, own, [.. own, opened])];
        if (steps.Length == 0) throw Refused.Conflict("no gateway with a policy of control's has such agents", "look at exeat gateways and exeat policy assignments");
        return steps;
    }

    /// <summary>The window that a change opens at a moment.</summary>
    public static PolicyWindow WindowOf(PolicyChange change, string actor, string? approval, DateTimeOffset now)
    {
        // Whole seconds: what is written into the document is what is kept.
        DateTimeOffset starts = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds());
        return new PolicyWindow { Id = change.WindowId!, Kind = change.Kind, Request = change.Window!, Actor = actor.Length > 0 ? actor : "somebody", Approval = approval, Starts = starts, Ends = starts.AddMinutes(change.Window!.Minutes) };
    }

    private void Check(Step step, PolicyChange change, List<string> notes)
    {
        if (step.After is not { Version: { } version }) return;
        ReadPolicy read = versions.Read(version);
        if (read.Policy is not { } policy) throw Documents($"version {version[..12]} of {step.After.Policy} is not taken by this release", "mend it and publish that", read.Problems);
        Composition made = composer.Make(version, step.WindowsAfter);
        foreach ((PolicyWindow window, ImmutableArray<Problem> problems) in made.LeftOut)
        {
            if (window.Id == change.WindowId) throw Documents($"it does not go with the policy of gateway {step.Gateway.Id}", "what a rule denies stays denied: change the policy itself", problems.Where(problem => problem.Severity == Severity.Error));
            notes.Add($"the window {window.Id} does not go with this version and ends on gateway {step.Gateway.Id}");
        }
        if (change.Window is not null)
        {
            NoteEnforced(step, change, made, notes);
            return;
        }
        MonitorCheck.Run(policy, step.After.Policy!, time.GetUtcNow());
        if (step.Gateway.Agents is not { } agents) return;
        Problem[] failed = [.. PolicyTests.Run(policy with { Tests = [.. policy.Tests.Where(test => agents.Agents.Any(agent => agent.Id == test.Agent))] }, agents, time.GetUtcNow()).Select(outcome => outcome.Problem).OfType<Problem>()];
        if (failed.Length == 0) return;
        // A rollback is for the worst hour: what was in force before may be again.
        if (change.Kind == "rollback") notes.Add($"{failed.Length} tests of the policy fail with the agents of gateway {step.Gateway.Id}: {failed[0].What}");
        else throw Documents($"the tests of {step.After.Policy} fail with the agents of gateway {step.Gateway.Id}", "correct the rules or the tests, and publish that", failed);
    }

    // Of two groups with a mode, enforce wins: then a monitor window says nothing for that agent.
    private void NoteEnforced(Step step, PolicyChange change, Composition made, List<string> notes)
    {
        if (change.Kind != PolicyWindow.Monitor || made.Policy is not { } policy || step.Gateway.Agents is not { } agents) return;
        CompiledPolicy compiled = CompiledPolicy.Compile(policy, agents, time.GetUtcNow());
        foreach (AgentDocument agent in agents.Agents.Where(agent => change.Window!.Agents.Contains(agent.Id) || change.Window.Classes.Contains(agent.Class)))
        {
            if (compiled.Agents[compiled.FindAgent(agent.Id)].EffectiveMode == Mode.Enforce) notes.Add($"{agent.Id} stays enforced: another group of the policy enforces it");
        }
    }

    private IReadOnlyList<string> Permits(Step[] steps, List<string> notes, List<string> missing, CancellationToken late)
    {
        var sentences = new List<string>();
        int compared = 0, over = 0;
        // Shared: of eight gateways with large policies, each alone would take half a minute. Counted, not timed, so that asking and approving see the same.
        long left = PolicyDiff.MaxCompared;
        foreach (Step step in steps)
        {
            late.ThrowIfCancellationRequested();
            if (step.After?.Version is not { } to)
            {
                notes.Add($"gateway {step.Gateway.Id} keeps what it has: nothing is assigned to it any more");
                continue;
            }
            Policy.Policy? after = composer.Make(to, step.WindowsAfter).Policy;
            if (step.Before?.Version is not { } from || composer.Make(from, step.WindowsBefore).Policy is not { } before || after is null)
            {
                notes.Add($"gateway {step.Gateway.Id} has no policy of control's yet: there is nothing to compare with");
                continue;
            }
            if (++compared > PolicyLimits.Comparisons)
            {
                over++;
                continue;
            }
            if (left == 0)
            {
                missing.Add($"gateway {step.Gateway.Id} was not compared: those before it took what is compared for one change");
                continue;
            }
            PolicyComparison comparison = PolicyDiff.Compare(before, after, step.Gateway.Agents ?? ImaginedAgents.Of(before, after), time.GetUtcNow(), left, late);
            left = Math.Max(0, left - comparison.Compared);
            // What is permitted again when a window ends is no news; and moments move between asking and approving.
            ImmutableArray<PolicyDifference> now = [.. comparison.Differences.Where(difference => difference.From is null || ReferenceEquals(step.WindowsBefore, step.WindowsAfter))];
            sentences.AddRange(DifferenceSentences.Of(comparison with { Differences = now }, permittedInSecond: true));
            sentences.AddRange(DifferenceSentences.Modes(comparison with
            {
                Modes = [.. comparison.Modes.Where(mode => mode.Second == Mode.Monitor && (mode.From is null || ReferenceEquals(step.WindowsBefore, step.WindowsAfter)))],
            }));
            missing.AddRange(comparison.NotCompared);
        }
        if (over > 0) missing.Add($"{over} of the gateways were not compared: more than {PolicyLimits.Comparisons} change");
        return sentences;
    }

    private static Refused Documents(string what, string remedy, IEnumerable<Problem> problems) =>
        new(StatusCodes.Status422UnprocessableEntity, "policy-refused", what, remedy) { Problems = [.. problems.Select(DocumentProblem.Of)] };
}
