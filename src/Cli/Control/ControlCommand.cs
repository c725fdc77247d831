using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Flows;
using Exeat.Linux;

namespace Exeat.Cli;

/// <summary><c>exeat control</c>: control itself: how it is, its backups, people, tokens and audit log.</summary>
internal static class ControlCommand
{
    public static Command Create() => new("control", "control itself: how it is, its configuration, backups, people, tokens, audit log")
    {
        Status(), DocumentCommands.ControlCheck(), Password(), UserCommands.Create(), TokenCommands.Create(), AuditCommand.Create(),
        Local("backup", "write a backup of the control on this machine, while it runs"), Local("restore", "restore a backup onto an empty data folder of this machine"),
    };

    private static Command Status()
    {
        var command = new Command("status", "how control is");
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            ControlStatus status = await client.GetAsync("status", ControlJson.Default.ControlStatus, cancel).ConfigureAwait(false);
            if (output.AsJson) output.Data.WriteLine(JsonSerializer.Serialize(status, ControlJson.Default.ControlStatus));
            else
            {
                output.Data.WriteLine($"control {TerminalText.Escape(status.Version)} at {client.Http.BaseAddress}, since {status.Started:yyyy-MM-dd HH:mm:ss} UTC");
                output.Data.WriteLine($"key fingerprint SHA-256 {TerminalText.Escape(status.KeyFingerprint)}, certificate ends {status.CertificateEnds:yyyy-MM-dd}");
                output.Data.WriteLine($"database {status.DatabaseBytes / 1024} KiB, {status.AuditEntries} entries in the audit log");
            }
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Password()
    {
        var command = new Command("password", "set a new password of your own; your other sessions end");
        command.SetAction((parsed, cancel) => ControlCalls.RunAsync(parsed, async (client, output) =>
        {
            string current = Terminal.AskHidden("current password: ", "passwords are typed"), own = Terminal.AskHidden("new password: ", ""), again = Terminal.AskHidden("once more: ", "");
            if (own != again) throw new CommandFailure(ExitCode.InputWrong, "the two are different; nothing was changed");
            await client.SendAsync(HttpMethod.Post, "whoami/password", new PasswordChange(current, own), ControlJson.Default.PasswordChange, cancel).ConfigureAwait(false);
            output.Tell("the password is changed");
            return ExitCode.Done;
        }));
        return command;
    }

    // Keys never travel over the API: both are done by the program itself, by whoever may read its folder.
    private static Command Local(string verb, string what)
    {
        Argument<string> file = new("FILE") { Description = "the backup" };
        Option<string> config = new("--config") { Description = "control's document (default: /etc/exeat-control/control.yaml)", HelpName = "FILE", DefaultValueFactory = _ => "/etc/exeat-control/control.yaml" };
        var command = new Command(verb, what) { file, config };
        command.SetAction(async (parsed, cancel) =>
        {
            // Published, it has a folder of its own: it comes with a runtime.
            string beside = Path.Combine(AppContext.BaseDirectory, "exeat-control"), own = Path.Combine(AppContext.BaseDirectory, "control", "exeat-control");
            if (!File.Exists(own) && !File.Exists(beside)) throw new CommandFailure(ExitCode.EnvironmentLacks, "exeat-control does not lie beside exeat: install both");
            using Process program = Process.Start(ToolPath.Start(File.Exists(own) ? own : beside, [verb, parsed.GetRequiredValue(file), "--config", parsed.GetRequiredValue(config)]))!;
            await program.WaitForExitAsync(cancel).ConfigureAwait(false);
            return program.ExitCode;
        });
        return command;
    }
}
