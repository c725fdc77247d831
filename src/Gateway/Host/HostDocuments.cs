using Exeat.Gateway.Kernel;
using Exeat.Gateway.Reload;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Gateway.Host;

/// <summary>What the gateway was told at its start: its own document, and the first policy and agents.</summary>
/// <param name="ConfigPath">The gateway document's path.</param>
/// <param name="Gateway">The gateway document.</param>
/// <param name="GatewayFingerprint">The content that it was read from.</param>
/// <param name="Marks">Where our bits lie.</param>
/// <param name="Clock">The time by which rules expire.</param>
/// <param name="First">Policy and agents, perhaps the last good ones.</param>
/// <param name="Report">How the start found them.</param>
internal sealed record HostDocuments(string ConfigPath, GatewayDocument Gateway, string GatewayFingerprint, MarkLayout Marks, PolicyClock Clock, Loaded First, ReloadReport Report)
{
    /// <exception cref="GatewayFailure">A document cannot be used; its problems were said.</exception>
    public static HostDocuments Read(string configPath, TimeProvider time, ILogger log)
    {
        string fingerprint = DocumentPaths.Fingerprint([configPath]);
        GatewayDocument gateway = ReadGateway(configPath);
        MarkLayout marks = MarksOf(gateway);
        Directory.CreateDirectory(gateway.State);
        var clock = new PolicyClock(gateway.State, time, log);
        Loaded first = Loaded.Read(gateway, clock);
        Tell(first.Problems, log);
        var report = new ReloadReport(time.GetUtcNow(), ReloadCause.Start, first.IsUsable, 0, first.Error?.ToString() ?? "", first.Problems);
        if (!first.IsUsable)
        {
            (Loaded lastGood, DateTimeOffset kept) = new LastGood(gateway.State, time).Read(gateway, clock);
            first = first.Or(lastGood);
            if (!first.IsUsable) throw new GatewayFailure(2, "policy or agents cannot be used, and there are no last good ones of the same paths; nothing was started");
            log.StartedWithLastGood(first.Policy!.Version[..12], kept);
        }
        return new HostDocuments(configPath, gateway, fingerprint, marks, clock, first, report);
    }

    /// <summary>Says every problem of the documents.</summary>
    public static void Tell(IEnumerable<Problem> problems, ILogger log)
    {
        foreach (Problem problem in problems)
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
