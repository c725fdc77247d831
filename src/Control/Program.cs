using Exeat.Api;
using Exeat.Control;
using Exeat.Control.Backup;
using Exeat.Gateway.Output;
using Exeat.Policy;
using Microsoft.Extensions.Logging.Console;
using Verb = Exeat.Control.ControlArguments.Verb;

const string Usage = $"""
    {Product.Name} control: policy versions, gateways and every record, for people.

    exeat-control --config FILE                  run until SIGTERM
    exeat-control backup BACKUP --config FILE    write a backup, while it runs or not; it holds keys: for its owner alone
    exeat-control restore BACKUP --config FILE   restore a backup onto an empty data folder
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
