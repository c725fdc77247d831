using System.CommandLine;
using System.Globalization;

namespace Exeat.Cli;

/// <summary><c>exeat flows export</c>: records of a control as a file. Needs the role auditor, and stands in the audit log.</summary>
internal static class FlowsExport
{
    private static readonly string[] Formats = ["csv", "ndjson", "ocsf", "parquet"];

    public static Command Create()
    {
        Option<string?> control = ControlOption.Create();
        var filter = new FilterOptions();
        Option<string> format = new("--format") { Description = "the form", HelpName = string.Join('|', Formats), Required = true };
        format.AcceptOnlyFromAmong(Formats);
        Option<string?> file = new("--output", "-o") { Description = "the file, which must not be there yet (default: standard output)", HelpName = "FILE" };
        var command = new Command("export", "records of a control as a file") { control, format, file };
        filter.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            CommandOutput output = CommandOutput.Of(parsed);
            ControlFlows flows = ControlOption.Open(parsed, control);
            if (parsed.GetValue(file) is not { } path)
            {
                using Stream standard = Console.OpenStandardOutput();
                await flows.Api.ExportAsync(filter.Of(parsed), parsed.GetValue(format)!, standard, cancel);
                return ExitCode.Done;
            }
            if (File.Exists(path)) throw new CommandFailure(ExitCode.InputWrong, $"{path} is there already; name another file");
            // Beside it first: half a file must not look whole.
            string part = path + ".part";
            long bytes;
            await using (FileStream destination = File.Create(part)) bytes = await flows.Api.ExportAsync(filter.Of(parsed), parsed.GetValue(format)!, destination, cancel);
            File.Move(part, path);
            output.Tell(string.Create(CultureInfo.InvariantCulture, $"{path}: {bytes} bytes"));
            return ExitCode.Done;
        });
        return command;
    }
}
