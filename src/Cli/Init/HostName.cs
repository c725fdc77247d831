using Exeat.Names;

namespace Exeat.Cli;

/// <summary>One host's name as people type it: no wildcard, scheme, port or path.</summary>
internal static class HostName
{
    public static string Of(string option, string written)
    {
        if (NamePattern.TryParse(written, out NamePattern? pattern, out _) && pattern.IsExact) return pattern.Text;
        throw new CommandFailure(ExitCode.InputWrong, $"{option}: {Flows.TerminalText.Escape(written)} is not the name of one host; write it in lower case without scheme, port, path or *, such as llm.corp.example");
    }

    /// <summary>A name that a pattern matches: one for a test.</summary>
    public static string Sample(NamePattern pattern)
    {
        string text = pattern.Text;
        if (text.StartsWith("**.", StringComparison.Ordinal)) text = text[3..];
        return text.Replace("*", "sample", StringComparison.Ordinal);
    }
}
