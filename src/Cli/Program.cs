using System.CommandLine;
using System.CommandLine.Invocation;
using Exeat.Api;
using Exeat.Cli;
using Exeat.Cli.Verify;
using Exeat.Run.Network;

// Table of contents: every command is made by its own folder.
var root = new RootCommand($"{Product.Name}: the one guarded way out for AI agents.")
{
    InitCommand.Create(),
    PackCommand.Create(),
    PolicyCommand.Create(),
    DocumentCommands.Agents(),
    DocumentCommands.Gateway(),
    GatewaysCommand.Create(),
    UpCommand.Create(),
    FlowsCommand.Create(),
    WhyCommand.Create(),
    DenialsCommand.Create(),
    AlertsCommand.Create(),
    StatusCommand.Create(),
    PreflightCommand.Create(),
    SupportBundleCommand.Create(),
    VerifyCommand.Create(),
    ApprovalsCommand.Create(),
};
foreach (Command command in WindowCommands.All()) root.Add(command);
root.Add(ControlCommand.Create());
foreach (Command command in LoginCommand.All()) root.Add(command);
foreach (Command command in RunCommand.All()) root.Add(command);
foreach (Command command in LabCommands.All()) root.Add(command);
GlobalOptions.AddTo(root);
HelpWithExamples.AddTo(root);

ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Action is ParseErrorAction)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine($"exeat: {error.Message.ReplaceLineEndings(" ").Replace("\t", "", StringComparison.Ordinal)}");
    Console.Error.WriteLine($"exeat: what there is: {CommandPath.Of(parsed)} --help");
    return ExitCode.InputWrong;
}
try
{
    var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
    // Else the process is gone two seconds after an interrupt, and what the command started with it.
    if (parsed.CommandResult.Command.Name == UpCommand.Name) invocation.ProcessTerminationTimeout = UpCommand.EndsWithin;
    // Signals are for the contained command, which ends when it likes.
    if (parsed.CommandResult.Command.Name is RunCommand.Name or ContainedRun.InsideName) invocation.ProcessTerminationTimeout = null;
    return await parsed.InvokeAsync(invocation);
}
catch (Exception failure)
{
    return Failures.Report(failure, parsed);
}
