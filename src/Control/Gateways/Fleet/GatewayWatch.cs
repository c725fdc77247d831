using System.Globalization;
using Exeat.Api.Control;

namespace Exeat.Control.Gateways.Fleet;

/// <summary>Looks at all gateways every few seconds and says what has become of one: gone, back, behind, not as declared. Each thing once, until it is over.</summary>
internal sealed class GatewayWatch(GatewayBook book, GatewayEvents events, TimeProvider time, ILogger<GatewayWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, GatewayState> _states = new(StringComparer.Ordinal);
    private readonly HashSet<(string, GatewayEventKind)> _said = [];
    private readonly Dictionary<string, (long Lost, long Overruns)> _losses = new(StringComparer.Ordinal);

    /// <summary>Looks once.</summary>
    internal void Look()
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (GatewayRow row in book.All())
        {
            try
            {
                State(row, GatewayStates.Of(row, now));
                if (row.Revoked is null && row.Report is { } report) Report(row, report, now);
            }
            catch (Exception failed)
            {
                // What one of them says must not keep the others from being looked at.
                log.GatewayNotLooked(row.Id, failed);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The pace is the machine's, whatever clock is looked at.
        using var timer = new PeriodicTimer(Every, TimeProvider.System);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) return;
                Look();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed)
            {
                // A full disk, a busy writer, a fault of ours: one that ended this would end control.
                log.NotLooked(failed);
            }
        }
    }

    private void State(GatewayRow row, GatewayState now)
    {
        bool known = _states.TryGetValue(row.Id, out GatewayState before);
        _states[row.Id] = now;
        if (known && before == now || now is GatewayState.Announced or GatewayState.Revoked) return;
        // After a start of control what is well is not news.
        if (!known && now == GatewayState.Up) return;
        (GatewayEventKind kind, string detail) = now switch
        {
            GatewayState.Down => (GatewayEventKind.Down, $"nothing was heard of it since {row.LastSeen?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "its enrolment"}; it goes on with what it has"),
            GatewayState.Silent => (GatewayEventKind.Silent, "its link reports, and the gateway does not answer: nothing new passes while it is down"),
            GatewayState.Lagging => (GatewayEventKind.Lagging, $"records have waited {row.Report!.LagSeconds:0} s for their way here"),
            _ => (GatewayEventKind.Up, $"up again after being {GatewayStates.Word(before)}"),
        };
        events.Raise(kind, row.Id, detail);
    }

    private void Report(GatewayRow row, LinkReport report, DateTimeOffset now)
    {
        (long lost, long overruns) = (report.Lost, report.Gateway?.Queue.Overruns ?? 0);
        if (_losses.TryGetValue(row.Id, out (long Lost, long Overruns) before))
        {
            if (lost > before.Lost) events.Raise(GatewayEventKind.RecordsLost, row.Id, $"{lost - before.Lost} records left its journal before they were here, for want of room there");
            // A gateway that started anew counts from zero.
            if (overruns > before.Overruns) events.Raise(GatewayEventKind.RecordsLost, row.Id, $"the kernel had no room for {overruns - before.Overruns} packets in its queue; it dropped them");
        }
        _losses[row.Id] = (lost, overruns);
        if (report.Gateway is { } gateway)
        {
            bool differs = gateway.DeclaredMode != gateway.EffectiveMode;
            if (Said(row.Id, GatewayEventKind.ModeDiffers, differs) is { } changed)
                events.Raise(changed ? GatewayEventKind.ModeDiffers : GatewayEventKind.ModeAgrees, row.Id, $"its policy declares {gateway.DeclaredMode}, and {gateway.EffectiveMode} holds for its agents");
            Once(row.Id, GatewayEventKind.JournalFilling, gateway.Journal.MaxBytes > 0 && gateway.Journal.Bytes >= gateway.Journal.MaxBytes * GatewayThresholds.JournalFull,
                $"its journal has {gateway.Journal.Bytes >> 20} of {gateway.Journal.MaxBytes >> 20} MiB; when it is full, the oldest records go{(gateway.Journal.Writable ? "" : ", and it cannot be written now")}");
        }
        Once(row.Id, GatewayEventKind.CertificateEnds, row.Ends is { } ends && ends - now < GatewayThresholds.CertificateWithin, $"its certificate ends {row.Ends?.UtcDateTime:yyyy-MM-dd HH:mm}Z and was not renewed; enforcement goes on without it");
        Once(row.Id, GatewayEventKind.ClockDiffers, row.LastSeen is { } seen && (report.Time - seen).Duration() > GatewayThresholds.SkewBeyond, $"its clock says {report.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z when control's says {row.LastSeen?.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
        Once(row.Id, GatewayEventKind.DeliveryRefused, !report.Problems.IsEmpty, report.Problems.FirstOrDefault() ?? "");
    }

    private void Once(string gateway, GatewayEventKind kind, bool holds, string detail)
    {
        if (Said(gateway, kind, holds) == true) events.Raise(kind, gateway, detail);
    }

    // True: it holds now, and did not before. False: the other way round. Null: nothing new.
    private bool? Said(string gateway, GatewayEventKind kind, bool holds) => (holds ? _said.Add((gateway, kind)) : _said.Remove((gateway, kind))) ? holds : null;
}
