using Exeat.Api;
using Exeat.Api.Control;
using Exeat.Control;
using Exeat.Control.Backup;
using Exeat.Control.People;
using Exeat.Gateway.Output;
using Exeat.Policy;
using Microsoft.Extensions.Logging.Console;
using Verb = Exeat.Control.ControlArguments.Verb;

const string Usage = $"""
    {Product.Name} control: policy versions, gateways and every record, for people.

    exeat-control --config FILE                  run until SIGTERM
    exeat-control backup BACKUP --config FILE    write a backup, while it runs or not; it holds keys: for its owner alone
    exeat-control restore BACKUP --config FILE   restore a backup onto an empty data folder
    exeat-control recover ACCOUNT --config FILE  when nobody with the role admin can log in: give the account every role and a one-time password, which is printed
    exeat-control confirm ACCOUNT --config FILE  say that an account is its owner's alone, so that it counts as a second person: for the first approver, whom nobody else can confirm
    exeat-control --print-example                print a control document to begin with
    exeat-control --version | --help

    --log-format text|json    one event is one line on standard error
    --log-level  error|warning|info|debug

    Exit status: 0 stopped in order, 2 wrong document or arguments, 3 the machine lacks something, 4 our fault.
    """;

ControlArguments asked = ControlArguments.Read(args);
try
{
    switch (asked.Asked)
    {
        case Verb.Help:
            Console.Out.WriteLine(Usage);
            return 0;
        case Verb.Version:
            Console.Out.WriteLine(Product.Version);
            return 0;
        case Verb.PrintExample:
            Console.Out.Write(ControlDocumentExample.Text);
            return 0;
        case Verb.Backup:
            BackupWriter.Write(ReadDocument().DataFolder, Path.GetFullPath(asked.File), TimeProvider.System);
            Console.Error.WriteLine($"written: {asked.File}, {new FileInfo(asked.File).Length / 1024} KiB; it holds keys and password hashes");
            return 0;
        case Verb.Restore:
            ControlDocument place = ReadDocument();
            BackupReader.Restore(Path.GetFullPath(asked.File), place.DataFolder, TimeProvider.System);
            Console.Error.WriteLine($"restored to {place.DataFolder}; start exeat-control, and gateways attach by themselves");
            return 0;
        case Verb.Recover:
            OneTimePassword made = await Recovery.RunAsync(ReadDocument(), asked.Account, TimeProvider.System);
            Console.Out.WriteLine(made.Password);
            Console.Error.WriteLine($"{made.User} has every role and this one-time password; log in, and set another. It is on the audit log as user.recover or user.create by control");
            return 0;
        case Verb.Confirm:
            User confirmed = await Recovery.ConfirmAsync(ReadDocument(), asked.Account, TimeProvider.System);
            Console.Error.WriteLine($"{confirmed.Name} ({string.Join(", ", confirmed.Roles)}) is its owner's alone. It is on the audit log as user.confirm by control");
            return 0;
        case Verb.Run:
            return await RunAsync();
        default:
            if (asked.Problem.Length > 0) Console.Error.WriteLine($"exeat-control: {asked.Problem}");
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (ControlFailure failure)
{
    Console.Error.WriteLine($"exeat-control: {failure.Message}");
    return failure.Status;
}

ControlDocument ReadDocument()
{
    ControlResult read = ControlDocumentLoader.Load(asked.Config);
    foreach (Problem problem in read.Problems) Console.Error.WriteLine(problem);
    return read.Control ?? throw new ControlFailure(2, $"{asked.Config} is not a usable control document");
}

async Task<int> RunAsync()
{
    ControlDocument control = ReadDocument();
    var line = new LogLine(LogLine.Choose(asked.LogsJson), TimeProvider.System);
    await using ControlHost host = await ControlHost.StartAsync(control, TimeProvider.System, builder =>
    {
        builder.Services.AddSingleton<ConsoleFormatter>(line);
        builder.AddConsole(o => (o.FormatterName, o.LogToStandardErrorThreshold) = (LogLine.FormatterName, LogLevel.Trace)).AddFilter(level => level >= asked.LogLevel);
    });
    await host.WaitAsync();
    return 0;
}
