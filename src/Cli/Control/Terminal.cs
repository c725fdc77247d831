using System.Text;

namespace Exeat.Cli;

/// <summary>Asks a person. What is typed at a hidden question is not shown.</summary>
internal static class Terminal
{
    /// <summary>Asks on standard error; without a terminal the command fails and says what to do instead.</summary>
    public static string Ask(string question, string instead)
    {
        if (Console.IsInputRedirected) throw new CommandFailure(ExitCode.InputWrong, $"there is no terminal to ask at: {instead}");
        Console.Error.Write(question);
        return Console.In.ReadLine() ?? throw new CommandFailure(ExitCode.InputWrong, "nothing was typed");
    }

    /// <inheritdoc cref="Ask"/>
    public static string AskHidden(string question, string instead)
    {
        if (Console.IsInputRedirected) throw new CommandFailure(ExitCode.InputWrong, $"there is no terminal to ask at: {instead}");
        Console.Error.Write(question);
        var typed = new StringBuilder();
        for (ConsoleKeyInfo key; (key = Console.ReadKey(intercept: true)).Key != ConsoleKey.Enter;)
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length -= typed.Length == 0 ? 0 : typed.Length > 1 && char.IsLowSurrogate(typed[^1]) ? 2 : 1;
            // An arrow, say, is a key without a character.
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }
        Console.Error.WriteLine();
        return typed.ToString();
    }
}
