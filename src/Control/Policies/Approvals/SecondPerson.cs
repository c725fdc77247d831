using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.Storage;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Policies;

/// <summary>Who counts as another person: somebody with a login of their own who neither asked, nor made the token that asked.</summary>
internal static class SecondPerson
{
    private const string User = "user:", Token = "token:";

    /// <summary>The person behind an actor: of a token the one who made it.</summary>
    public static string Of(SqliteTransaction transaction, Actor actor)
    {
        if (!actor.Name.StartsWith(Token, StringComparison.Ordinal)) return actor.Name;
        return transaction.Scalar<string>("SELECT created_by FROM tokens WHERE name = $name", ("$name", actor.Name[Token.Length..])) ?? actor.Name;
    }

    public static void Check(SqliteTransaction transaction, ApprovalEntry entry, Actor approver)
    {
        if (!approver.Roles.HasFlag(Roles.Approver)) throw new Refused(StatusCodes.Status403Forbidden, "role-needed", $"{approver.Name} has not the role approver", "ask somebody with the role admin for it");
        // A program has nobody's eyes.
        if (!approver.Name.StartsWith(User, StringComparison.Ordinal)) throw new Refused(StatusCodes.Status403Forbidden, "person-needed", $"{approver.Name} is no person", "approve with a login of your own: exeat login");
        string asked = Approvals.PersonOf(transaction, entry.Id);
        // Accounts do not differ by case alone.
        if (string.Equals(asked, approver.Name, StringComparison.OrdinalIgnoreCase) || string.Equals(entry.RequestedBy, approver.Name, StringComparison.OrdinalIgnoreCase))
            throw new Refused(StatusCodes.Status403Forbidden, "second-person-needed", $"{approver.Name} asked for this", "another person with the role approver has to approve it");
    }
}
