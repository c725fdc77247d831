using System.Collections.Immutable;
using Exeat.Api;
using Exeat.Api.Control;
using Exeat.Link.Connection;
using Exeat.Link.Delivery;
using Exeat.Link.Records;
using Microsoft.Extensions.Logging;

namespace Exeat.Link.Reports;

/// <summary>Tells control how the gateway and this link are: now and then, and soon after something was delivered.</summary>
internal sealed class ReportLoop(ControlConnection control, string socket, DesiredLoop desired, RecordShipping shipping, Func<DateTimeOffset> certificateEnds, TimeProvider time, ILogger log) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10), LookAgain = TimeSpan.FromMilliseconds(250), AppliesWithin = TimeSpan.FromSeconds(10);

    // Certificates and expiry go by minutes; a tenth of that is worth a word.
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(5);

    private readonly Attempts _attempts = new("the report", control, time, log);
    private readonly SemaphoreSlim _soon = new(0, 1);
    private bool _silent, _skewed;
    private TimeSpan _skew;

    /// <summary>Control says that it is time for another certificate.</summary>
    public event Action? RenewalDue;

    /// <summary>Reports without waiting for the next time.</summary>
    public void Soon()
    {
        try
        {
            _soon.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is asked for already.
        }
    }

    public void Dispose() => _soon.Dispose();

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await _attempts.TryAsync(() => OnceAsync(stop), stop).ConfigureAwait(false);
            try
            {
                if (!await _soon.WaitAsync(Every, stop).ConfigureAwait(false)) continue;
                await UntilAppliedAsync(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    // The gateway reads what was delivered within a second, if it can; control learns it then and not at the next turn.
    private async Task UntilAppliedAsync(CancellationToken stop)
    {
        long began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < AppliesWithin)
        {
            if (await GatewayAsync(stop).ConfigureAwait(false) is not { } status || Runs(status, desired.Outcome)) return;
            await Task.Delay(LookAgain, time, stop).ConfigureAwait(false);
        }
    }

    private static bool Runs(GatewayStatus status, DeliveryOutcome outcome) => status.Policy.Version == outcome.PolicyVersion && status.Policy.AgentsHash == outcome.AgentsHash;

    private async Task OnceAsync(CancellationToken stop)
    {
        GatewayStatus? status = await GatewayAsync(stop).ConfigureAwait(false);
        (long bytes, TimeSpan age) = shipping.Lag;
        DateTimeOffset now = time.GetUtcNow();
        var report = new LinkReport
        {
            Product = Product.Version,
            Time = now,
            Delivered = desired.Delivered is { Length: > 0 } revision ? revision : null,
            Problems = Problems(status),
            Gateway = status,
            LagBytes = bytes,
            LagSeconds = age.TotalSeconds,
            Shipped = shipping.Shipped,
            Lost = shipping.Lost,
            CertificateEnds = certificateEnds(),
        };
        long asked = time.GetTimestamp();
        ReportAnswer answer = await control.PostAsync("gateway/v1/status", report, LinkJson.Default.LinkReport, LinkJson.Default.ReportAnswer, stop).ConfigureAwait(false);
        _skew = answer.Time - (now + (time.GetElapsedTime(asked) / 2));
        bool skewed = _skew.Duration() > MostSkew;
        if (skewed && !_skewed) log.ClockDiffers((long)_skew.TotalSeconds);
        _skewed = skewed;
        if (answer.RenewalDue) RenewalDue?.Invoke();
        shipping.Seen(answer.Store);
    }

    private ImmutableArray<string> Problems(GatewayStatus? status)
    {
        List<string> problems = [.. desired.Outcome.Problems];
        if (shipping.Problem is { } held) problems.Add($"records wait: {held}");
        if (_skewed) problems.Add($"the clock of the gateway's machine differs from control's by {_skew.TotalSeconds:0} s");
        if (status is not null && desired.Outcome is { PolicyVersion: not null } outcome && !Runs(status, outcome))
            problems.Add(status.LastReload is { Applied: false, Problems: [var why, ..] } ? $"the gateway does not run what was delivered: {why}" : "the gateway does not run what was delivered (yet, or its document names other paths)");
        return [.. problems];
    }

    private async Task<GatewayStatus?> GatewayAsync(CancellationToken stop)
    {
        try
        {
            using var client = new GatewayClient(socket);
            GatewayStatus status = await client.StatusAsync(stop).ConfigureAwait(false);
            _silent = false;
            return status;
        }
        catch (GatewayUnreachableException silent)
        {
            if (!_silent) log.GatewaySilent(socket, silent.Message);
            _silent = true;
            return null;
        }
    }
}
