namespace Exeat.Flows;

/// <summary>Recorded text inside a command that a person will copy: plain words stay, anything else is quoted for a shell, so that a record cannot bring a command of its own.</summary>
public static class CommandWord
{
    /// <summary>The word.</summary>
    public static string Of(string text)
    {
        string safe = TerminalText.EscapeName(text);
        return safe.Length > 0 && safe.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '/' or '@') && safe[0] != '-'
            ? safe : "'" + safe.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}
