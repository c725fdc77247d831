using Exeat.Api.Control;
using Exeat.Link.Connection;
using Microsoft.Extensions.Logging;

namespace Exeat.Link.Delivery;

/// <summary>Asks control what the gateway should run, waits there for changes, and delivers them.</summary>
internal sealed class DesiredLoop(ControlConnection control, VersionShelf shelf, TimeProvider time, ILogger log)
{
    private const int WaitSeconds = 30;

    private readonly Attempts _attempts = new("the question for policy", control, time, log);
    private string _have = shelf.Current?.Read()?.Revision ?? "";
    private volatile DeliveryOutcome _outcome = shelf.Look();

    /// <summary>What was delivered last.</summary>
    public DeliveryOutcome Outcome => _outcome;

    /// <summary>The revision that lies where the gateway reads; empty: none.</summary>
    public string Delivered => _outcome.Delivered ? _have : "";

    /// <summary>Why control cannot be asked; null: it can.</summary>
    public string? Problem => _attempts.Problem;

    /// <summary>Raised after each delivery.</summary>
    public event Action? Changed;

    /// <summary>Control refused, with its word.</summary>
    public event Action<string>? Refused
    {
        add => _attempts.Refused += value;
        remove => _attempts.Refused -= value;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested) await _attempts.TryAsync(() => OnceAsync(stop), stop).ConfigureAwait(false);
    }

    private async Task OnceAsync(CancellationToken stop)
    {
        DesiredState desired = await control.GetAsync($"gateway/v1/desired?have={Uri.EscapeDataString(_have)}&wait={WaitSeconds}", LinkJson.Default.DesiredState, stop).ConfigureAwait(false);
        if (desired.Revision is not { Length: > 0 }) throw new ControlUnreachable("control names no revision of what is desired");
        if (desired.Revision == _have) return;
        BundleContent? bundle = null;
        if (desired.Policy is { } policy && policy.Bundle != shelf.Current?.Read()?.Bundle)
        {
            bundle = await control.GetAsync($"gateway/v1/bundles/{Uri.EscapeDataString(policy.Bundle)}", LinkJson.Default.BundleContent, stop).ConfigureAwait(false);
            if (bundle.Problem() is { } problem) throw new ControlUnreachable($"the bundle {policy.Bundle} is not usable: {problem}");
            if (bundle.Hash() != policy.Bundle) throw new ControlUnreachable($"the bundle {policy.Bundle} arrived changed");
        }
        DeliveryOutcome outcome;
        try
        {
            outcome = shelf.Deliver(desired, bundle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, a folder that somebody took away: tried again like a line that is down.
            throw new ControlUnreachable($"the delivery cannot be written: {e.Message}", e);
        }
        (_have, _outcome) = (desired.Revision, outcome);
        if (outcome.Delivered) log.Delivered(Short(desired.Revision), Short(outcome.PolicyVersion), Short(outcome.AgentsHash));
        foreach (string problem in outcome.Problems) log.NotDelivered(problem);
        Changed?.Invoke();
    }

    private static string Short(string? hash) => hash is { Length: > 12 } ? hash[..12] : hash ?? "none";
}
