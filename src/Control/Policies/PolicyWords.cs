using System.Globalization;
using Exeat.Api.Control;
using Exeat.Control.Http;

namespace Exeat.Control.Policies;

/// <summary>The words that people send to this area, checked; what is wrong is refused with what to write instead.</summary>
internal static class PolicyWords
{
    private const int MaxName = 64;

    /// <summary>Letters, digits, '.', '-' and '_', as the policy language has it for names.</summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= MaxName } && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>An id that somebody sent, for a message.</summary>
    public static string Shown(string id) => IsName(id) ? id : "of that id";

    public static string Name(string? text, string what) =>
        IsName(text) ? text! : throw Refused.Invalid($"{what} is missing or no name", $"use letters, digits, '.', '-' and '_', at most {MaxName}");

    /// <summary>One line for people; it is shown on terminals and written into documents.</summary>
    public static string Line(string? text, string what)
    {
        string line = (text ?? "").Trim();
        if (line.Length is > 0 and <= PolicyLimits.TextLength && !line.Any(IsUnprintable)) return line;
        throw Refused.Invalid($"{what} is missing, too long, or has control characters", $"write one line of at most {PolicyLimits.TextLength} characters");
    }

    public static AssignmentTarget On(AssignmentTarget? on) => on switch
    {
        { Scope: "default", Target: null or "" } => AssignmentTarget.Default,
        { Scope: "gateway" or "class" } => on with { Target = Name(on.Target, $"the {on.Scope}") },
        _ => throw Refused.Invalid("the scope is none", "write gateway with an id, class with a class, or default without a target"),
    };

    /// <summary>An id that sorts by time and can be read out.</summary>
    public static string NewId(DateTimeOffset now) =>
        now.UtcDateTime.ToString("yyyyMMdd't'HHmmss", CultureInfo.InvariantCulture) + "-" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3));

    private static bool IsUnprintable(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;
}
