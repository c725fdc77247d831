using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Who counts as another person: somebody whose login is in no hand that the login, or the token, that asked is in too (decision 0034).</summary>
internal static class SecondPerson
{
    /// <summary>The word of the refusal.</summary>
    public const string Needed = "second-person-needed";

    /// <summary>The person behind an actor: of a token the one who made it.</summary>
    public static string Of(SqliteTransaction transaction, Actor actor)
    {
        if (!actor.Name.StartsWith(Actor.TokenPrefix, StringComparison.Ordinal)) return actor.Name;
        return transaction.Scalar<string>("SELECT created_by FROM tokens WHERE name = $name", ("$name", actor.Name[Actor.TokenPrefix.Length..])) ?? actor.Name;
    }

    public static void Check(SqliteTransaction transaction, ApprovalEntry entry, Actor approver, DateTimeOffset now)
    {
        if (!approver.Roles.HasFlag(Roles.Approver)) throw new Refused(StatusCodes.Status403Forbidden, "role-needed", $"{approver.Name} has not the role approver", "ask somebody with the role admin for it");
        // A program has nobody's eyes.
        if (approver.User is not { } account) throw new Refused(StatusCodes.Status403Forbidden, "person-needed", $"{approver.Name} is no person", "approve with a login of your own: exeat login");
        Sessions.Require(transaction, approver, Roles.Approver, now);
        string asked = Approvals.PersonOf(transaction, entry.Id);
        // Accounts do not differ by case alone.
        if (Is(asked, approver.Name) || Is(entry.RequestedBy, approver.Name))
            throw new Refused(StatusCodes.Status403Forbidden, Needed, $"{approver.Name} asked for this", "another person with the role approver has to approve it");
        HashSet<string> asking = [.. Approvals.HandsOf(transaction, entry.Id), .. LoginHands.Of(transaction, entry.RequestedBy), .. LoginHands.Of(transaction, asked)];
        if (LoginHands.Of(transaction, approver.Name).FirstOrDefault(hand => asking.Contains(hand, StringComparer.OrdinalIgnoreCase)) is not { } both) return;
        bool isApprover = Is(both, approver.Name);
        string what = isApprover ? $"{approver.Name} has had {entry.RequestedBy} in hand, which asked for this"
            : Is(both, entry.RequestedBy) ? $"{both} asked for this, and has had {approver.Name} in hand"
            : $"{both} has had both in hand: {approver.Name}, and {entry.RequestedBy}, which asked for this";
        throw new Refused(StatusCodes.Status403Forbidden, Needed, what, isApprover ? Instead(entry.RequestedBy) : LoginHands.Remedy(account));
    }

    // Of two people the one who made the other's account is the only approver.
    private static string Instead(string asked) => "another person with the role approver has to approve it" + (asked.StartsWith(Actor.PersonPrefix, StringComparison.Ordinal)
        ? $"; or {LoginHands.Remedy(asked[Actor.PersonPrefix.Length..])}, and ask again" : "; or a person asks in place of the token");

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
