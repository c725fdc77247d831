using Exeat.Gateway.Kernel;
using Exeat.Gateway.Reload;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>What the gateway was told at its start: its own document, and the first policy and agents.</summary>
internal sealed record HostDocuments(GatewayDocument Gateway, MarkLayout Marks, Loaded First)
{
    /// <exception cref="GatewayFailure">A document cannot be used; its problems were said.</exception>
    public static HostDocuments Read(string configPath, TimeProvider time, ILogger log)
    {
        GatewayDocument gateway = ReadGateway(configPath);
        Loaded first = Loaded.Read(gateway, time);
        Tell(first, log);
        if (!first.IsUsable) throw new GatewayFailure(2, "policy or agents cannot be used; nothing was started");
        if (gateway.Management.Socket is not null || gateway.Management.Metrics is not null) log.Warned("management: nothing is served there in this version; send SIGHUP, and read applied.json in the state folder");
        return new HostDocuments(gateway, MarksOf(gateway), first);
    }

    /// <summary>Says every problem of policy and agents.</summary>
    public static void Tell(Loaded loaded, ILogger log)
    {
        foreach (Problem problem in loaded.Problems)
        {
            if (problem.Severity == Severity.Error) log.Wrong(problem.ToString());
            else log.Warned(problem.ToString());
        }
    }

    private static GatewayDocument ReadGateway(string configPath)
    {
        GatewayResult result = GatewayDocumentLoader.Load(configPath);
        foreach (Problem problem in result.Problems) Console.Error.WriteLine(problem);
        return result.Gateway ?? throw new GatewayFailure(2, $"{configPath} is not a usable gateway document (exeat-gateway --print-example shows one)");
    }

    private static MarkLayout MarksOf(GatewayDocument gateway)
    {
        try
        {
            return new MarkLayout(gateway.MarkMask);
        }
        catch (ArgumentException wrong)
        {
            throw new GatewayFailure(2, wrong.Message);
        }
    }
}
