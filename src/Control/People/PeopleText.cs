using Exeat.Control.Http;

namespace Exeat.Control.People;

/// <summary>What people may be called and what a password must be.</summary>
internal static class PeopleText
{
    public const int MaxName = 64, MaxPassword = 1024;

    // NIST SP 800-63B-4, 3.1.1.2: length and a look at the obvious; no rules of composition.
    private const int LeastPassword = 12, LeastDifferent = 5;

    /// <summary>A name that is safe in every record, table and command line.</summary>
    public static void CheckName(string name)
    {
        if (name.Length is > 0 and <= MaxName && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@')) return;
        throw Refused.Invalid("the name is empty, too long or has other characters", $"use letters, digits, '.', '-', '_' and '@', beginning with a letter or digit, at most {MaxName}");
    }

    /// <summary>The database's form of words.</summary>
    public static string Roles(IReadOnlyList<string> words)
    {
        if (RoleWords.TryRead(words, out Roles roles, out string wrong)) return string.Join(',', RoleWords.Of(roles));
        throw Refused.Invalid(wrong.Length == 0 ? "there is no role" : $"there is no role {wrong}", $"write some of {string.Join(", ", RoleWords.All.Select(role => role.Word))}");
    }

    /// <summary>Refuses a password that is guessed early.</summary>
    public static void CheckPassword(string user, string password, string current)
    {
        string? wrong = password.Length < LeastPassword ? $"the new password has fewer than {LeastPassword} characters"
            : password.Length > MaxPassword ? $"the new password has more than {MaxPassword} characters"
            : password.Distinct().Count() < LeastDifferent ? "the new password repeats a few characters"
            : password.Contains(user, StringComparison.OrdinalIgnoreCase) && password.Length - user.Length < LeastPassword ? "the new password is little more than the account's name"
            : password == current ? "the new password is the current one" : null;
        if (wrong is not null) throw Refused.Invalid(wrong, "take some words that nobody would guess, or a password manager's");
    }
}
