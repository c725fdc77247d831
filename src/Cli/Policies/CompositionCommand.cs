using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary><c>exeat policy composition</c>: what a version is made of that nobody published.</summary>
internal static class CompositionCommand
{
    public static Command Create()
    {
        Argument<string> version = new("VERSION") { Description = "the version that a gateway with windows reports, and that its records name; whole, or so much of its beginning that it is the only one" };
        Option<string?> control = ControlAccess.Option();
        var command = new Command("composition", "of which published version and which windows a version is made, and the document that control added") { version, control };
        command.SetAction((parsed, cancel) => ControlAccess.RunAsync(parsed.GetValue(control), CommandOutput.Of(parsed), async client =>
        {
            Write(await client.CompositionAsync(parsed.GetRequiredValue(version), cancel), CommandOutput.Of(parsed));
            return ExitCode.Done;
        }));
        return command;
    }

    private static void Write(PolicyCompositionEntry entry, CommandOutput output)
    {
        if (output.AsJson)
        {
            output.Data.WriteLine(JsonSerializer.Serialize(entry, PoliciesJson.Default.PolicyCompositionEntry));
            return;
        }
        output.Data.WriteLine($"version: {TerminalText.Escape(entry.Version)}");
        output.Data.WriteLine($"published: {string.Join(", ", entry.Policies.Select(policy => $"{TerminalText.Escape(policy)}@{TerminalText.Escape(entry.BaseVersion)}"))}");
        output.Data.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first: {entry.First.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}"));
        foreach (PolicyWindowEntry window in entry.Windows) output.Data.WriteLine($"{TerminalText.Escape(window.Kind)}: {WindowCommands.Line(window)}");
        if (entry.Document is null) output.Tell("this release would write another document for it; what that version had is in the gateway's delivered folder");
        else foreach (string line in entry.Document.TrimEnd('\n').Split('\n')) output.Data.WriteLine("  " + TerminalText.Escape(line));
    }
}
