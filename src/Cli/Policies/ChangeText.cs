using System.Collections.Immutable;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>What a change does and what became of it, in lines.</summary>
internal static class ChangeText
{
    /// <summary>Writes the answer to a change.</summary>
    public static int Write(ChangeResult result, CommandOutput output)
    {
        if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(result, PoliciesJson.Default.ChangeResult));
        else if (result.Window is { } window) output.Data.WriteLine(window);
        else if (result.Approval is { } approval) output.Data.WriteLine(approval);
        Tell(result, output);
        return ExitCode.Done;
    }

    public static void Tell(ChangeResult result, CommandOutput output)
    {
        foreach (string line in Effect(result.Effect)) output.Tell(line);
        output.Tell(result.State switch
        {
            "waiting" => $"it waits for a second person: exeat approvals show {result.Approval}",
            "unchanged" => "nothing changes: it is so already",
            _ => "done; gateways that are away get it when they are back",
        });
    }

    /// <summary>What a change does, what it newly permits first.</summary>
    public static IEnumerable<string> Effect(ChangeEffect effect)
    {
        foreach (string sentence in effect.NewlyPermitted) yield return "permits: " + TerminalText.Escape(sentence);
        foreach (string sentence in effect.Under) yield return "under: " + TerminalText.Escape(sentence);
        foreach (string sentence in effect.Notes) yield return "note: " + TerminalText.Escape(sentence);
        if (!effect.Gateways.IsEmpty) yield return "gateways: " + TerminalText.Escape(string.Join(", ", effect.Gateways));
        if (!effect.Classes.IsEmpty) yield return "classes: " + TerminalText.Escape(string.Join(", ", effect.Classes));
    }
}
