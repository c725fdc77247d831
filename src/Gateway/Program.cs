using Exeat.Api;
using Exeat.Gateway;
using Exeat.Gateway.Host;
using Exeat.Gateway.Kernel;
using Exeat.Gateway.Output;
using Exeat.Gateway.Supervision;
using Exeat.Linux;
using Exeat.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Verb = Exeat.Gateway.GatewayArguments.Verb;

const string Usage = $"""
    {Product.Name} gateway: the only way out of the agents behind it.

    exeat-gateway --config FILE                 run in this network namespace until SIGTERM; SIGHUP reads all documents again
    exeat-gateway --close-locks --config FILE   close both locks and end: for boot, before any interface is up
    exeat-gateway --end-flows                   end every flow of a gateway that was stopped; both locks stay closed
    exeat-gateway --remove-locks                remove every table and routing rule of ours from this network namespace
    exeat-gateway --print-example               print a gateway document to begin with
    exeat-gateway --version | --help

    --user NAME               become this user of /etc/passwd at start; CAP_NET_ADMIN and CAP_NET_RAW are kept, all else is given up in any case
    --log-format text|json    one event is one line on standard error
    --log-level  error|warning|info|debug

    Exit status: 0 stopped in order, 2 wrong document or arguments, 3 the kernel or the machine lacks something, 4 our fault.
    """;

GatewayArguments asked = GatewayArguments.Read(args);
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
            Console.Out.Write(GatewayDocumentExample.Text);
            return 0;
        case Verb.RemoveLocks:
            using (var nftables = new Nftables())
            using (var routing = new PolicyRouting())
                Locks.RemoveAll(nftables, routing);
            Console.Error.WriteLine("removed: tables exeat and exeat_base, our chains in the tables mangle, and the routing lock; forwarding is no longer guarded");
            return 0;
        case Verb.EndFlows:
            using (var nftables = new Nftables())
                Locks.EndFlows(nftables);
            Console.Error.WriteLine("ended: table exeat is gone, so no flow goes on; both locks stay closed");
            return 0;
        case Verb.CloseLocks:
            KeptRights.Ensure(asked.User);
            GatewayResult read = GatewayDocumentLoader.Load(asked.Config);
            foreach (Problem problem in read.Problems) Console.Error.WriteLine(problem);
            if (read.Gateway is null) throw new GatewayFailure(2, $"{asked.Config} is not a usable gateway document; the locks were not touched");
            Console.Error.WriteLine($"locks closed: base table and {LockClosing.Close(read.Gateway)} routing rules; nothing of an agent's passes before a gateway runs");
            return 0;
        case Verb.Run:
            KeptRights.Ensure(asked.User);
            NativeHeap.Share();
            return await RunAsync();
        default:
            if (asked.Problem.Length > 0) Console.Error.WriteLine($"exeat-gateway: {asked.Problem}");
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (GatewayFailure failure)
{
    Console.Error.WriteLine($"exeat-gateway: {failure.Message}");
    return failure.Status;
}
catch (KernelException refused)
{
    Console.Error.WriteLine($"exeat-gateway: {refused.Message}");
    return 3;
}

async Task<int> RunAsync()
{
    var line = new LogLine(LogLine.Choose(asked.LogsJson), TimeProvider.System);
    using ILoggerFactory logs = LoggerFactory.Create(builder =>
    {
        builder.Services.AddSingleton<ConsoleFormatter>(line);
        builder.AddConsole(o => (o.FormatterName, o.LogToStandardErrorThreshold) = (LogLine.FormatterName, LogLevel.Trace)).AddFilter(level => level >= asked.LogLevel);
    });
    using var notify = NotifySocket.FromEnvironment();
    await using var gateway = new GatewayHost(asked.Config, TimeProvider.System, logs.CreateLogger("gateway"), notify);
    await gateway.RunAsync();
    return 0;
}
