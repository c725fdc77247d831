using System.Globalization;
using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Does changes, or has them wait for a second person: assignments, rollbacks, windows, agents, and taking the second person away.</summary>
internal sealed class PolicyChanges(Database database, ChangePlanner planner, DesiredPolicies desired, AgentsBook agents, AuditLog audit, TimeProvider time)
{
    /// <summary>Does the change, or has it wait.</summary>
    public ChangeResult Ask(PolicyChange change, Actor actor, string? document = null)
    {
        ChangePlan plan = planner.Plan(change, document);
        return plan.Guarded.IsEmpty ? Done(plan, Do(plan, actor, null)) : Wait(plan, actor);
    }

    /// <summary>A second person says yes to exactly what has this hash; everything is checked again.</summary>
    public ChangeResult Approve(string id, ApprovalDecision decision, Actor approver)
    {
        string reason = PolicyWords.Line(decision.Reason, "the reason");
        ApprovalEntry entry;
        string? document;
        using (SqliteConnection connection = database.Open())
        {
            entry = Approvals.Find(connection, id) ?? throw Refused.NotFound($"approval {PolicyWords.Shown(id)}", "exeat approvals lists them");
            document = Approvals.Document(connection, id);
        }
        MustWait(entry);
        // Decided between the two questions.
        if (entry.Change.Kind == AgentsPlanner.Kind && document is null) throw Decided();
        if (entry.Hash != decision.Hash) throw new Refused(StatusCodes.Status409Conflict, "approval-other-content", "the hash is not that of what waits here", $"look at it again: exeat approvals show {id}");
        ChangePlan plan = planner.Plan(entry.Change, document);
        if (plan.Hash != entry.Hash) throw Stale();
        try
        {
            return Done(plan, Do(plan, approver, (entry, reason)));
        }
        catch (Refused refused) when (refused.Word == SecondPerson.Needed)
        {
            // Who tries to be two persons is for the others to see.
            database.Change(transaction => audit.Write(transaction, approver, "approval.refuse", id, ("kind", entry.Change.Kind), ("requestedBy", entry.RequestedBy), ("why", refused.Message)));
            throw;
        }
    }

    /// <summary>A second person says no, or the first takes it back.</summary>
    public void Reject(string id, string reason, Actor actor)
    {
        reason = PolicyWords.Line(reason, "the reason");
        database.Change(transaction =>
        {
            ApprovalEntry entry = Approvals.Find(transaction, id) ?? throw Refused.NotFound($"approval {PolicyWords.Shown(id)}", "exeat approvals lists them");
            MustWait(entry);
            if (entry.RequestedBy != actor.Name && !actor.Roles.HasFlag(Roles.Approver))
                throw new Refused(StatusCodes.Status403Forbidden, "role-needed", $"{actor.Name} has not the role approver, and did not ask for this", "let an approver reject it");
            if (!Approvals.Decide(transaction, id, Approvals.Rejected, actor.Name, reason, time.GetUtcNow())) throw Decided();
            audit.Write(transaction, actor, "approval.reject", id, ("kind", entry.Change.Kind), ("requestedBy", entry.RequestedBy), ("reason", reason));
        });
    }

    /// <summary>Ends a window before its time. It only tightens, so nobody else is needed.</summary>
    public void EndWindow(string kind, string id, string reason, Actor actor)
    {
        reason = PolicyWords.Line(reason, "the reason");
        database.Change(transaction =>
        {
            if (!PolicyWindows.Exists(transaction, kind, id)) throw Refused.NotFound($"{kind} {PolicyWords.Shown(id)}", $"exeat {kind} lists them");
            if (!PolicyWindows.End(transaction, id, actor.Name, time.GetUtcNow())) throw Refused.Conflict($"{kind} {id} has ended already", "nothing is to be done");
            audit.Write(transaction, actor, $"{kind}.end", id, ("reason", reason));
        });
        desired.Raise();
    }

    /// <summary>Whether a class needs a second person. On at once; off is itself a change that needs one.</summary>
    public ChangeResult Guard(string name, bool secondPerson, string reason, Actor actor)
    {
        reason = PolicyWords.Line(reason, "the reason");
        PolicyWords.Name(name, "the class");
        var effect = new ChangeEffect { Classes = [name] };
        bool isGuarded;
        using (SqliteConnection connection = database.Open()) isGuarded = connection.Scalar<long>("SELECT second_person FROM policy_classes WHERE class = $class", ("$class", name)) == 1;
        if (isGuarded == secondPerson) return new ChangeResult { State = "unchanged", Effect = effect };
        if (!secondPerson) return Ask(new PolicyChange { Kind = ChangePlanner.SecondPersonOff, Class = name, Reason = reason }, actor);
        database.Change(transaction =>
        {
            Sessions.Require(transaction, actor, Roles.Admin, time.GetUtcNow());
            transaction.Run("INSERT INTO policy_classes VALUES ($class, 1, $actor, $now) ON CONFLICT (class) DO UPDATE SET second_person = 1, actor = $actor, time = $now", ("$class", name), ("$actor", actor.Name), ("$now", time.GetUtcNow()));
            audit.Write(transaction, actor, "class.second-person-on", name, ("reason", reason));
        });
        return new ChangeResult { State = "done", Effect = effect };
    }

    private ChangeResult Wait(ChangePlan plan, Actor actor)
    {
        DateTimeOffset now = time.GetUtcNow();
        var entry = new ApprovalEntry
        {
            Id = PolicyWords.NewId(now),
            State = Approvals.Waiting,
            Change = plan.Change,
            Hash = plan.Hash,
            Effect = plan.Effect,
            Classes = plan.Guarded,
            RequestedBy = actor.Name,
            Requested = now,
            Expires = now + (plan.Change.Kind == PolicyWindow.BreakGlass ? PolicyLimits.BreakGlassApproval : PolicyLimits.Approval),
        };
        database.Change(transaction =>
        {
            if (Approvals.CountWaiting(transaction) >= PolicyLimits.Waiting) throw Refused.Conflict($"{PolicyLimits.Waiting} changes wait for a second person", "approve or reject some of them");
            Sessions.Require(transaction, actor, Needed(plan.Change), now);
            Approvals.Add(transaction, entry, SecondPerson.Of(transaction, actor));
            if (plan.Document is { } document) Approvals.AddDocument(transaction, entry.Id, document);
            audit.Write(transaction, actor, "approval.ask", entry.Id, ("kind", entry.Change.Kind), ("hash", entry.Hash), ("classes", string.Join(' ', entry.Classes)), ("reason", entry.Change.Reason));
        });
        return new ChangeResult { State = "waiting", Approval = entry.Id, Effect = plan.Effect };
    }

    // All or nothing: the decision, the change, and what the audit log says of both.
    private string? Do(ChangePlan plan, Actor actor, (ApprovalEntry Entry, string Reason)? approval)
    {
        DateTimeOffset now = time.GetUtcNow();
        (PolicyChange change, string author, string? id) = (plan.Change, approval?.Entry.RequestedBy ?? actor.Name, approval?.Entry.Id);
        string? window = database.Change(transaction =>
        {
            if (approval is null) Sessions.Require(transaction, actor, Needed(change), now);
            // To find out what it does took a while, and others had their turn.
            using (SqliteConnection connection = database.Open())
            {
                ChangeReach reach = plan.Again(connection);
                if (approval is null && ChangePlanner.Guarded(connection).Any(reach.Touches)) throw Refused.Conflict("it touches a class that needs a second person since a moment ago", "ask again");
                if (approval is not null && !reach.IsSame(plan.Reach)) throw Stale();
            }
            if (approval is { } given)
            {
                SecondPerson.Check(transaction, given.Entry, actor, now);
                if (!Approvals.Decide(transaction, given.Entry.Id, Approvals.Approved, actor.Name, given.Reason, now)) throw Decided();
                audit.Write(transaction, actor, "approval.approve", given.Entry.Id, ("kind", change.Kind), ("hash", given.Entry.Hash), ("requestedBy", author), ("reason", given.Reason));
            }
            return change.Kind switch
            {
                ChangePlanner.SecondPersonOff => TakeAway(transaction, change, actor, now),
                AgentsPlanner.Kind => SetAgents(transaction, plan, actor, author, id),
                _ when change.Window is not null => Open(transaction, change, actor, author, id, now),
                _ => Assign(transaction, change, actor, author, id, now),
            };
        });
        desired.Raise();
        if (change.Kind == AgentsPlanner.Kind) agents.Raise(change.On!.Target);
        return window;
    }

    // As the endpoints ask for: planning takes a while, and a role may be gone meanwhile.
    private static Roles Needed(PolicyChange change) => change.Kind == ChangePlanner.SecondPersonOff ? Roles.Admin : Roles.Operator;

    private string? SetAgents(SqliteTransaction transaction, ChangePlan plan, Actor actor, string author, string? approval)
    {
        string gateway = plan.Change.On!.Target;
        if (AgentsBook.NewestNumber(transaction, gateway) != plan.Change.Replaces) throw Refused.Conflict($"the agents of {gateway} have changed meanwhile", $"look at exeat agents show {gateway}, and ask again");
        agents.Set(transaction, actor, author, gateway, plan.Document!, plan.Change.Reason, approval);
        return null;
    }

    private string? Assign(SqliteTransaction transaction, PolicyChange change, Actor actor, string author, string? approval, DateTimeOffset now)
    {
        if (Assignments.NewestId(transaction, change.On!) != change.Replaces) throw Refused.Conflict($"what is assigned to {change.On} has changed meanwhile", "look at exeat policy assignments, and ask again");
        Assignments.Add(transaction, new Assignment { Id = 0, On = change.On!, Kind = change.Kind, Policy = change.Policy, Version = change.Version, ReturnsTo = change.ReturnsTo, Actor = author, Reason = change.Reason, Time = now, Approval = approval });
        audit.Write(transaction, actor, $"policy.{change.Kind}", change.On!.ToString(), ("policy", change.Policy), ("version", change.Version), ("replaces", change.Replaces.ToString(CultureInfo.InvariantCulture)),
            ("requestedBy", author), ("approval", approval), ("reason", change.Reason));
        return null;
    }

    private string Open(SqliteTransaction transaction, PolicyChange change, Actor actor, string author, string? approval, DateTimeOffset now)
    {
        PolicyWindow window = ChangePlanner.WindowOf(change, author, approval, now);
        PolicyWindows.Add(transaction, window);
        audit.Write(transaction, actor, $"{window.Kind}.start", window.Id, ("ends", Sql.Text(window.Ends)), ("classes", string.Join(' ', window.Request.Classes)), ("agents", string.Join(' ', window.Request.Agents)),
            ("names", string.Join(' ', window.Request.Names)), ("cidrs", string.Join(' ', window.Request.Cidrs)), ("ports", string.Join(' ', window.Request.Ports)), ("requestedBy", author), ("approval", approval), ("reason", change.Reason));
        return window.Id;
    }

    private string? TakeAway(SqliteTransaction transaction, PolicyChange change, Actor actor, DateTimeOffset now)
    {
        transaction.Run("UPDATE policy_classes SET second_person = 0, actor = $actor, time = $now WHERE class = $class", ("$class", change.Class), ("$actor", actor.Name), ("$now", now));
        audit.Write(transaction, actor, "class.second-person-off", change.Class!, ("reason", change.Reason));
        return null;
    }

    private void MustWait(ApprovalEntry entry)
    {
        if (entry.State != Approvals.Waiting) throw Decided();
        if (entry.Expires <= time.GetUtcNow()) throw new Refused(StatusCodes.Status409Conflict, "approval-expired", "its time is over", "have it asked for again");
    }

    private static Refused Stale() =>
        new(StatusCodes.Status409Conflict, "approval-stale", "what the change does is no longer what was shown: gateways, agents, policies or windows are others now", "have it asked for again, and look at that");

    private static Refused Decided() => new(StatusCodes.Status409Conflict, "approval-decided", "it is decided already", "exeat approvals shows how");

    private static ChangeResult Done(ChangePlan plan, string? window) => new() { State = "done", Window = window, Effect = plan.Effect };
}
