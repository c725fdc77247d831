using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Publishes: check and tests first, then the version is kept for good.</summary>
internal sealed class PolicyPublishing(Database database, PolicyVersions versions, AssignmentDesk desk, AuditLog audit, TimeProvider time)
{
    /// <summary>Rules of windows begin so; in records the name says what permitted.</summary>
    private const string ReservedRules = "break-glass-";

    /// <summary>The packs that count where a person hands none over.</summary>
    public string? Shipped { get; init; } = ShippedPacks.Directory;

    public PublishResult Publish(string name, PolicyPublication publication, Actor actor)
    {
        PolicyWords.Name(name, "the policy's name");
        string message = PolicyWords.Line(publication.Message, "the message");
        AssignmentTarget? on = publication.Assign is { } asked ? PolicyWords.On(asked) : null;
        ReadPolicy read = Read(publication.Upload);
        Policy.Policy policy = read.Policy!;
        (int held, ImmutableArray<DocumentProblem> warnings) = Test(name, policy, publication.Upload, on);
        warnings = [.. read.Problems.Select(DocumentProblem.Of), .. warnings];
        if (publication.DryRun)
        {
            CheckParent(versions.Newest(name), publication.Parent, policy.Version);
            return new PublishResult { Version = policy.Version, TestsHeld = held, Warnings = warnings };
        }
        (PolicyVersionEntry entry, bool existed) = database.Change(transaction =>
        {
            Sessions.Require(transaction, actor, Roles.Operator, time.GetUtcNow());
            CheckParent(PolicyVersions.Head(transaction, name), publication.Parent, policy.Version);
            (PolicyVersionEntry kept, bool isKnown) = versions.Keep(transaction, name, read, actor.Name, message);
            if (!isKnown) audit.Write(transaction, actor, "policy.publish", name, ("version", kept.Version), ("parent", kept.Parent), ("message", message));
            return (kept, isKnown);
        });
        var result = new PublishResult { Version = entry.Version, Entry = entry, Existed = existed, TestsHeld = held, Warnings = warnings };
        if (on is null) return result;
        try
        {
            return result with { Assignment = desk.Assign(new AssignmentRequest { On = on, Policy = name, Version = entry.Version, Reason = message }, actor) };
        }
        catch (Refused refused)
        {
            // The version stands, and nobody runs it: both have to be told.
            return result with { NotAssigned = $"{refused.Message}: {refused.Remedy}", Warnings = [.. warnings, .. refused.Problems ?? []] };
        }
    }

    /// <summary>Reads and checks what was handed over, or refuses with every mistake.</summary>
    public ReadPolicy Read(PolicyUpload upload)
    {
        ReadPolicy read = ContentReader.Read(upload, Shipped, time);
        if (read.Policy is { } policy)
        {
            Problem[] reserved = [.. policy.Rules.Where(rule => rule.Name.StartsWith(ReservedRules, StringComparison.Ordinal))
                .Select(rule => new Problem(rule.Where.File, rule.Where.Line, rule.Where.Column, Severity.Error, $"the rule name {rule.Name} is reserved", $"choose a name that does not begin with {ReservedRules}"))];
            read = read with { Problems = [.. read.Problems, .. reserved] };
        }
        if (read.IsWrong) throw Refuse("the check of the policy failed", "mend what is listed", read.Problems);
        return read;
    }

    // With the agents that came along, else with those of each gateway that the policy is for: a test counts where its agent is.
    private (int Held, ImmutableArray<DocumentProblem> Warnings) Test(string name, Policy.Policy policy, PolicyUpload upload, AssignmentTarget? on)
    {
        if (policy.Tests.IsEmpty) return (0, [new DocumentProblem("the policy", 0, 0, "warning", "it has no tests", "write tests: [{agent: ID, to: \"https://HOST\", expect: permit by RULE}]")]);
        DateTimeOffset now = time.GetUtcNow();
        if (upload.Agents is { } files)
        {
            (AgentsDocument? agents, ImmutableArray<Problem> problems) = ContentReader.ReadAgents(files);
            if (agents is null) throw Refuse("the agents document is wrong", "mend what is listed", problems);
            return (Held(PolicyTests.Run(policy, agents, now)), []);
        }
        AgentsDocument[] known = [.. desk.GatewaysFor(name, on).Select(gateway => gateway.Agents).OfType<AgentsDocument>()];
        var left = new HashSet<PolicyTest>(policy.Tests);
        int held = 0;
        foreach (AgentsDocument agents in known)
        {
            ImmutableArray<PolicyTest> own = [.. policy.Tests.Where(test => agents.Agents.Any(agent => agent.Id == test.Agent))];
            held += Held(PolicyTests.Run(policy with { Tests = own }, agents, now));
            left.ExceptWith(own);
        }
        if (left.Count == 0) return (held, []);
        throw Refuse(known.Length == 0 ? "the policy's tests cannot be run: no gateway has it yet, and no agents document came along" : "some tests are of agents that no gateway of this policy has",
            "send an agents document too (exeat policy publish --agents FILE)", left.OrderBy(test => test.Where.File, StringComparer.Ordinal).ThenBy(test => test.Where.Line)
                .Select(test => new Problem(test.Where.File, test.Where.Line, test.Where.Column, Severity.Error, $"the test's agent {test.Agent} is not known", "send an agents document that has it")));
    }

    private static int Held(ImmutableArray<PolicyTestOutcome> outcomes)
    {
        Problem[] failed = [.. outcomes.Select(outcome => outcome.Problem).OfType<Problem>()];
        return failed.Length == 0 ? outcomes.Length : throw Refuse($"{failed.Length} tests of the policy failed", "correct the rules or the tests", failed);
    }

    private static void CheckParent(PolicyVersionEntry? head, string? parent, string version)
    {
        if (parent is null || head?.Version == version || head?.Version == parent || (head is null && parent.Length == 0)) return;
        throw Refused.Conflict(head is null ? "the policy has no version yet" : $"{head.Author} has published {head.Version} meanwhile ({head.Message})", "look at exeat policy diff, join the changes, and publish with that parent");
    }

    private static Refused Refuse(string what, string remedy, IEnumerable<Problem> problems) =>
        new(StatusCodes.Status422UnprocessableEntity, "policy-refused", what, remedy) { Problems = [.. problems.Select(problem => DocumentProblem.Of(problem))] };
}
