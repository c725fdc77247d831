using Exeat.Api;
using Exeat.Gateway.Output;
using Exeat.Link;
using Exeat.Link.Enrolment;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Verb = Exeat.Link.LinkArguments.Verb;

const string Usage = $"""
    {Product.Name} link: carries policy to a gateway of this machine, and its records to control.

    exeat-link --config FILE [--state DIR]                                    run beside the gateway of this document until SIGTERM
    exeat-link enrol --config FILE --control URL [--state DIR] [--token FILE] make this gateway known to control, once
    exeat-link --version | --help

    --config FILE   the gateway's own document
    --state DIR     the link's folder ({LinkArguments.DefaultState})
    --control URL   where control listens for gateways: https://control.example:8441
    --token FILE    the one-time token that `exeat gateways enrol ID` printed; - is standard input, and the default
    --debug         say more

    Exit status: 0 stopped in order, 2 wrong arguments or documents, 3 the machine or control lacks something, 4 our fault.
    """;

LinkArguments asked = LinkArguments.Read(args);
try
{
    switch (asked.Asked)
    {
        case Verb.Version:
            Console.Out.WriteLine(Product.Version);
            return 0;
        case Verb.Help:
            Console.Out.WriteLine(Usage);
            return 0;
        case Verb.Enrol:
            await new Enrolment(asked, TimeProvider.System, Console.Out).RunAsync(CancellationToken.None);
            return 0;
        case Verb.Run:
            using (ILoggerFactory logs = LoggerFactory.Create(builder =>
            {
                builder.Services.AddSingleton<ConsoleFormatter>(new LogLine(LogLine.Choose(json: false), TimeProvider.System));
                builder.AddConsole(o => (o.FormatterName, o.LogToStandardErrorThreshold) = (LogLine.FormatterName, LogLevel.Trace)).SetMinimumLevel(asked.IsDebug ? LogLevel.Debug : LogLevel.Information);
            }))
            {
                await new LinkHost(asked, TimeProvider.System, logs.CreateLogger("link")).RunAsync(CancellationToken.None);
            }
            return 0;
        default:
            if (asked.Problem.Length > 0) Console.Error.WriteLine($"exeat-link: {asked.Problem}");
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (LinkFailure failure)
{
    Console.Error.WriteLine($"exeat-link: {failure.Message}");
    return failure.Status;
}
