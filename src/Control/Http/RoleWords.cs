namespace Exeat.Control.Http;

/// <summary>Roles as the words that people and the database write.</summary>
internal static class RoleWords
{
    /// <summary>Each role by itself, in the order of tables.</summary>
    public static readonly IReadOnlyList<(string Word, Roles Role)> All =
        [("viewer", Roles.Viewer), ("auditor", Roles.Auditor), ("operator", Roles.Operator), ("approver", Roles.Approver), ("admin", Roles.Admin)];

    /// <summary>Everything.</summary>
    public const Roles Every = Roles.Viewer | Roles.Auditor | Roles.Operator | Roles.Approver | Roles.Admin;

    /// <summary>Those that change something.</summary>
    public const Roles Acting = Roles.Operator | Roles.Approver | Roles.Admin;

    public static string[] Of(Roles roles) => [.. All.Where(entry => roles.HasFlag(entry.Role)).Select(entry => entry.Word)];

    /// <summary>Reads words; whoever has any role is a viewer. False: one of them is no role, or there is none.</summary>
    public static bool TryRead(IEnumerable<string> words, out Roles roles, out string wrong)
    {
        (roles, wrong) = (Roles.None, "");
        foreach (string word in words)
        {
            if (All.FirstOrDefault(entry => entry.Word == word) is not { Role: not Roles.None } known)
            {
                wrong = word;
                return false;
            }
            roles |= known.Role | Roles.Viewer;
        }
        return roles != Roles.None;
    }

    /// <summary>The database's form.</summary>
    public static Roles Read(string text) => TryRead(text.Split(','), out Roles roles, out _) ? roles : Roles.None;
}
