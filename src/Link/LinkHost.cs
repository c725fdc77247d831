using System.Runtime.InteropServices;
using System.Text.Json;
using Exeat.Api;
using Exeat.Link.Connection;
using Exeat.Link.Credentials;
using Exeat.Link.Delivery;
using Exeat.Link.Records;
using Exeat.Link.Reports;
using Exeat.Policy;
using Microsoft.Extensions.Logging;

namespace Exeat.Link;

/// <summary>One running link: four loops over one connection to control, none of which the gateway waits for.</summary>
internal sealed class LinkHost(LinkArguments asked, TimeProvider time, ILogger log)
{
    /// <summary>Runs until a signal.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop), interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

        GatewayDocument gateway = ReadGateway(asked.Config);
        var folder = new LinkFolder(asked.State);
        LinkSettings settings = ReadSettings(folder);
        if (settings.Gateway != gateway.Id) throw new LinkFailure(2, $"{folder.Path} was enrolled for the gateway {settings.Gateway}, and {asked.Config} is {gateway.Id}: enrol again, or name the right document");
        LinkCredentials credentials = LinkCredentials.Read(folder);
        using var control = new ControlConnection(new Uri(settings.Control), credentials.Authority, credentials.Own, time);

        var shelf = new VersionShelf(folder, time);
        var desired = new DesiredLoop(control, shelf, time, log);
        var shipping = new RecordShipping(control, gateway.Journal.Dir, folder, time, log);
        using var renewal = new Renewal(control, folder, settings, credentials, time, log);
        using var reports = new ReportLoop(control, gateway.Management.Socket ?? GatewayClient.DefaultSocket, desired, shipping, () => renewal.Ends, time, log);
        desired.Changed += reports.Soon;
        shipping.Recovered += reports.Soon;
        desired.Refused += word =>
        {
            if (word == "certificate-expired") renewal.Now();
        };
        reports.RenewalDue += renewal.Now;
        foreach ((string what, string path, string current) in NotFromHere(gateway, folder)) log.NotReadFromHere(what, path, current);
        log.Ready(settings.Gateway, settings.Control, credentials.Ends);
        await Task.WhenAll(
            GuardAsync("delivery", desired.RunAsync, stop),
            GuardAsync("shipping", shipping.RunAsync, stop),
            GuardAsync("reports", reports.RunAsync, stop),
            GuardAsync("renewal", renewal.RunAsync, stop)).ConfigureAwait(false);
        log.Stopped();
    }

    /// <exception cref="LinkFailure">It cannot be used.</exception>
    public static GatewayDocument ReadGateway(string path)
    {
        GatewayResult read = GatewayDocumentLoader.Load(path);
        return read.Gateway ?? throw new LinkFailure(2, $"{path} is not a usable gateway document: {read.Problems.FirstOrDefault(p => p.Severity == Severity.Error)}");
    }

    /// <summary>Which documents the gateway reads from elsewhere, so that what control sends does not reach it.</summary>
    public static IEnumerable<(string What, string Path, string Current)> NotFromHere(GatewayDocument gateway, LinkFolder folder)
    {
        if (gateway.Policy != folder.CurrentPolicy) yield return ("policy", gateway.Policy, folder.CurrentPolicy);
        if (gateway.Packs != folder.CurrentPacks) yield return ("packs", gateway.Packs ?? "(none)", folder.CurrentPacks);
        if (gateway.Agents != folder.CurrentAgents) yield return ("agents", gateway.Agents, folder.CurrentAgents);
    }

    private static LinkSettings ReadSettings(LinkFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(folder.Settings), LinkStateJson.Default.LinkSettings) is { V: LinkSettings.CurrentVersion } settings
                ? settings
                : throw new LinkFailure(2, $"{folder.Settings} is of another release; enrol again");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new LinkFailure(2, $"{folder.Path} is not enrolled ({e.Message.TrimEnd('.')}): exeat gateways enrol ID on control, then exeat-link enrol here", e);
        }
    }

    // A fault of ours in one part ends the program, which the service manager starts again; the gateway does not notice.
    private async Task GuardAsync(string part, Func<CancellationToken, Task> run, CancellationTokenSource stop)
    {
        try
        {
            await run(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception failure) when (failure is not LinkFailure)
        {
            log.Failed(part, failure.ToString());
            await stop.CancelAsync().ConfigureAwait(false);
            throw new LinkFailure(4, $"{part}: {failure.Message}", failure);
        }
    }
}
