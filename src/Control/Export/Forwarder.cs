using Exeat.Api.Control;
using Exeat.Flows;

namespace Exeat.Control.Export;

/// <summary>Brings every record to each target, in order, at least once. The store is the buffer: while a target is away its position stands still, and nothing is skipped.</summary>
/// <remarks>Syslog acknowledges nothing. A batch counts as arrived only when the connection still stands after the next one, or after a second of rest; what was sent since is sent again on a new connection.</remarks>
internal sealed class Forwarder(ForwardingTargets targets, IRecordFeed feed, Dialer dialer, SinkOrigin origin, TimeProvider time) : IDisposable
{
    /// <summary>Records in one batch.</summary>
    public const int MaxBatch = 500;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1), FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, Run> _runs = [];

    /// <summary>One round: each target that is due gets what is there. Gives whether any has more to get at once.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancel)
    {
        IReadOnlyList<ForwardingTarget> all = targets.List();
        foreach (string gone in _runs.Keys.Except(all.Where(target => target.Enabled).Select(target => target.Name)).ToArray()) Stop(gone);
        bool[] more = await Task.WhenAll(all.Where(target => target.Enabled).Select(target => RunOnceAsync(target, cancel)).ToArray());
        return more.Contains(true);
    }

    /// <summary>Seconds that the oldest record which a target does not have has waited.</summary>
    public double LagSeconds(string name)
    {
        lock (_runs) return _runs.TryGetValue(name, out Run? run) && run.Oldest is { } oldest ? Math.Max(0, (time.GetUtcNow() - oldest).TotalSeconds) : 0;
    }

    /// <summary>Sends one record of the test kind to a target, on a connection of its own.</summary>
    public async Task<TestOutcome> TestAsync(string name, CancellationToken cancel)
    {
        ForwardingTarget target = targets.Get(name);
        using var sender = new TargetSender(target, targets.Kept(name).Secret, dialer, origin, time);
        var test = new FlowEvent { Raw = default, Id = "control/test", Event = "counted", Time = time.GetUtcNow(), Gateway = "control", Reason = "test", Note = "somebody asked control to test this target" };
        try
        {
            return await sender.SendAsync([test], cancel) == 0 ? new TestOutcome(true, sender.IsAnswered ? "the target took it" : "it was sent; syslog says nothing back") : new TestOutcome(false, "the target refused the record");
        }
        catch (OutboundException failed)
        {
            return new TestOutcome(false, failed.Message);
        }
    }

    public void Dispose()
    {
        foreach (Run run in _runs.Values) run.Sender.Dispose();
    }

    private async Task<bool> RunOnceAsync(ForwardingTarget target, CancellationToken cancel)
    {
        Run run = Of(target);
        DateTimeOffset now = time.GetUtcNow();
        if (now < run.NotBefore) return false;
        try
        {
            FedRecords next = await feed.ReadAsync(run.Sent, MaxBatch, cancel);
            if (next.Position is null || next.Position == run.Sent)
            {
                Settle(target, run, now);
                return false;
            }
            run.Oldest = next.Events.Count > 0 ? next.Events[0].Time : null;
            long refused = next.Events.Count == 0 ? 0 : await run.Sender.SendAsync(next.Events, cancel);
            // What went before it on the same connection is there.
            if (run.Waiting is { } before) Arrived(target, run, before);
            run.Sent = next.Position;
            run.Waiting = new Batch(next.Position, next.Events.Count - refused, refused, next.Events.Count > 0 ? next.Events[^1].Time : null, now);
            if (run.Sender.IsAnswered) Settle(target, run, now);
            run.Wait = FirstWait;
            return next.Events.Count == MaxBatch;
        }
        catch (OutboundException failed)
        {
            Back(target, run, failed, now);
            return false;
        }
    }

    private void Settle(ForwardingTarget target, Run run, DateTimeOffset now)
    {
        if (run.Waiting is { } waiting && (run.Sender.IsAnswered || now - waiting.At >= Rest))
        {
            if (!run.Sender.IsOpen)
            {
                Back(target, run, new OutboundException("the far side has closed the connection"), now);
                return;
            }
            Arrived(target, run, waiting);
        }
        if (run.Waiting is null) run.Oldest = null;
    }

    private void Arrived(ForwardingTarget target, Run run, Batch batch)
    {
        targets.Arrived(target.Name, batch.Position, batch.Sent, batch.Refused, batch.Last);
        (run.Kept, run.Waiting) = (batch.Position, null);
    }

    // From the last place that is known to have arrived.
    private void Back(ForwardingTarget target, Run run, OutboundException failed, DateTimeOffset now)
    {
        run.Sender.Close();
        (run.Sent, run.Waiting) = (run.Kept, null);
        run.NotBefore = now + (failed.RetryAfter is { } asked && asked > run.Wait ? asked : run.Wait);
        run.Wait = run.Wait * 2 < LongestWait ? run.Wait * 2 : LongestWait;
        targets.Failed(target.Name, failed.Message);
    }

    private Run Of(ForwardingTarget target)
    {
        (string? secret, string? position) = targets.Kept(target.Name);
        // The settings as they are written, without what only tells how it goes.
        var settings = (target with { Sent = null, Failed = null, LastSent = null, FailingSince = null, LastError = null }, secret);
        lock (_runs)
        {
            if (_runs.TryGetValue(target.Name, out Run? run) && run.Settings == settings) return run;
            Stop(target.Name);
            return _runs[target.Name] = new Run(settings, new TargetSender(target, secret, dialer, origin, time)) { Kept = position, Sent = position };
        }
    }

    private void Stop(string name)
    {
        lock (_runs)
        {
            if (_runs.Remove(name, out Run? run)) run.Sender.Dispose();
        }
    }

    private sealed class Run((ForwardingTarget Target, string? Secret) settings, TargetSender sender)
    {
        public (ForwardingTarget Target, string? Secret) Settings { get; } = settings;

        public TargetSender Sender { get; } = sender;

        public string? Kept { get; set; }

        public string? Sent { get; set; }

        public Batch? Waiting { get; set; }

        public DateTimeOffset? Oldest { get; set; }

        public DateTimeOffset NotBefore { get; set; }

        public TimeSpan Wait { get; set; } = FirstWait;
    }

    private sealed record Batch(string Position, long Sent, long Refused, DateTimeOffset? Last, DateTimeOffset At);
}
