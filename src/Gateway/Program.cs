using Exeat.Api;
using Exeat.Gateway;
using Exeat.Gateway.Host;
using Exeat.Gateway.Kernel;
using Exeat.Linux;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

const string Usage = $"""
    {Product.Name} gateway: the only way out of the agents behind it.

    exeat-gateway --config FILE     run in this network namespace until SIGTERM; SIGHUP reads policy and agents again
    exeat-gateway --print-example   print a gateway document to begin with
    exeat-gateway --remove-locks    remove every table and routing rule of ours from this network namespace
    exeat-gateway --help

    Exit status: 0 stopped in order, 2 wrong document or arguments, 3 the kernel or the machine lacks something, 4 our fault.
    """;

using ILoggerFactory logs = LoggerFactory.Create(builder => builder.AddSimpleConsole(o =>
{
    o.SingleLine = true;
    o.UseUtcTimestamp = true;
    o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
}).AddFilter(level => level >= LogLevel.Information).AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace));
ILogger log = logs.CreateLogger("gateway");
try
{
    switch (args)
    {
        case ["--help" or "-h"]:
            Console.Out.WriteLine(Usage);
            return 0;
        case ["--print-example"]:
            Console.Out.Write(GatewayDocumentExample.Text);
            return 0;
        case ["--remove-locks"]:
            using (var nftables = new Nftables())
            using (var routing = new PolicyRouting())
                Locks.RemoveAll(nftables, routing);
            Console.Error.WriteLine("removed: tables exeat and exeat_base, and the routing lock; forwarding is no longer guarded");
            return 0;
        case ["--config", string path]:
            await using (var gateway = new GatewayHost(path, TimeProvider.System, log)) await gateway.RunAsync();
            return 0;
        default:
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
