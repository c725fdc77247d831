using System.Collections.Concurrent;
using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>Questions to the flow store: so many at once for each caller, with an end, and the long ones as jobs.</summary>
internal sealed class FlowDesk(IFlowRecords store, FilterReading filters, TimeProvider time, ILogger<FlowDesk> log) : IDisposable
{
    /// <summary>Long questions that one caller may have running, and readers of the tail.</summary>
    public const int MaxOfCaller = 4;

    /// <summary>All together.</summary>
    public const int MaxInAll = 32;

    /// <summary>Questions that are answered at once, under way and waiting, of all people; the next one is refused. Control's own (alerts, forwarding) are not among them: whoever asks much keeps no alert back.</summary>
    public const int MaxAsking = 64;

    /// <summary>What is asked and answered at once takes so long at most; more is a job.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>A job that takes longer is given up.</summary>
    public static readonly TimeSpan JobPatience = TimeSpan.FromMinutes(10);

    /// <summary>How long the answer of a job is kept.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromMinutes(15);

    /// <summary>Jobs kept, over or not; for another one the oldest answer goes, of the caller's own before those of others.</summary>
    public const int MaxKept = 64;

    /// <summary>Rows of all answers that are kept: two and a half of the largest (200,000), some hundred megabytes of memory.</summary>
    public const long MaxKeptRows = 500_000;

    private readonly ConcurrentDictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tails = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private long _asked, _refused, _exports;
    private int _asking;

    public long Asked => Interlocked.Read(ref _asked);

    public long Refused => Interlocked.Read(ref _refused);

    public long Exports => Interlocked.Read(ref _exports);

    public int Running => _jobs.Values.Count(job => job.State == "running");

    public int Tails
    {
        get
        {
            lock (_changing) return _tails.Values.Sum();
        }
    }

    /// <summary>The filter of a query string.</summary>
    public FlowFilter Filter(IQueryCollection query) => Counted(() => filters.Of(query));

    /// <summary>Asks within <see cref="Patience"/>.</summary>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        Interlocked.Increment(ref _asked);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        int asking = Interlocked.Increment(ref _asking);
        try
        {
            if (asking > MaxAsking)
            {
                Interlocked.Increment(ref _refused);
                throw new Refused(StatusCodes.Status503ServiceUnavailable, "busy", $"{MaxAsking} questions are asked already", "ask again when some have ended");
            }
            return await ask(either.Token);
        }
        catch (FlowFilterException wrong)
        {
            Interlocked.Increment(ref _refused);
            throw Http.Refused.Invalid($"{wrong.Field}: {wrong.What}", wrong.Remedy);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            Interlocked.Increment(ref _refused);
            throw new Refused(StatusCodes.Status503ServiceUnavailable, "too-long", $"the question takes longer than {Patience.TotalSeconds:0} s", "narrow its time, or ask it as a job: POST /api/v1/flows/queries");
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    public Task<FlowGroups> GroupAsync(GroupQuestion asked, CancellationToken cancel)
    {
        GroupQuery query = Counted(() => GroupReading.Of(asked, filters));
        return AskAsync(async either => GroupReading.Answer(asked, await store.GroupAsync(query, null, either)), cancel);
    }

    /// <summary>Begins a job.</summary>
    public FlowJob Begin(Actor actor, GroupQuestion asked)
    {
        GroupQuery query = Counted(() => GroupReading.Of(asked, filters));
        Interlocked.Increment(ref _asked);
        lock (_changing)
        {
            DateTimeOffset now = time.GetUtcNow();
            foreach (Job old in _jobs.Values)
                if (old.KeptUntil <= now) Remove(old);
            if (_jobs.Values.Count(job => job.Owner == actor.Name && job.State == "running") >= MaxOfCaller)
                throw TooMany($"{MaxOfCaller} questions of yours run", "wait for one to end, or cancel one: DELETE /api/v1/flows/queries/ID");
            if (Running >= MaxInAll) throw TooMany($"{MaxInAll} questions of all callers run", "ask again when some have ended");
            // No more run than are kept: there is always one that is over.
            while (_jobs.Count >= MaxKept && Drop(actor.Name, _ => true)) { }
            var begun = new Job(Guid.CreateVersion7(now).ToString(), actor.Name, now, time, log);
            _jobs[begun.Id] = begun;
            _ = RunAsync(begun, async (progress, cancel) => GroupReading.Answer(asked, await store.GroupAsync(query, progress, cancel)));
            return begun.Form();
        }
    }

    private async Task RunAsync(Job job, Func<IProgress<QueryProgress>, CancellationToken, Task<FlowGroups>> ask)
    {
        await job.RunAsync(ask);
        lock (_changing)
            while (_jobs.Values.Sum(kept => kept.Rows) > MaxKeptRows && Drop(job.Owner, kept => kept != job && kept.Rows > 0)) { }
    }

    // The oldest of those that are over, the owner's own first. False: there is none.
    private bool Drop(string owner, Func<Job, bool> may)
    {
        if (_jobs.Values.Where(job => job.KeptUntil is not null && may(job)).OrderBy(job => job.Owner != owner).ThenBy(job => job.KeptUntil).FirstOrDefault() is not { } oldest) return false;
        Remove(oldest);
        return true;
    }

    private void Remove(Job job)
    {
        if (_jobs.TryRemove(job.Id, out _)) job.Dispose();
    }

    private Refused TooMany(string what, string remedy)
    {
        Interlocked.Increment(ref _refused);
        return new Refused(StatusCodes.Status429TooManyRequests, "too-many-queries", what, remedy);
    }

    public IReadOnlyList<FlowJob> Jobs(Actor actor) => [.. _jobs.Values.Where(job => job.Owner == actor.Name).OrderByDescending(job => job.Id, StringComparer.Ordinal).Select(job => job.Form() with { Result = null })];

    public FlowJob Job(Actor actor, string id) => Owned(actor, id).Form();

    /// <summary>Stops one that runs, and removes one that is over.</summary>
    public FlowJob Cancel(Actor actor, string id)
    {
        Job job = Owned(actor, id);
        lock (_changing)
        {
            if (!job.Cancel()) Remove(job);
        }
        return job.Form();
    }

    /// <summary>A place at the live tail, until it is disposed.</summary>
    public IDisposable TakeTail(Actor actor)
    {
        lock (_changing)
        {
            if (_tails.GetValueOrDefault(actor.Name) >= MaxOfCaller || _tails.Values.Sum() >= MaxInAll)
            {
                Interlocked.Increment(ref _refused);
                throw new Refused(StatusCodes.Status429TooManyRequests, "too-many-tails", $"{MaxOfCaller} tails of yours run, or {MaxInAll} of all", "end one");
            }
            _tails[actor.Name] = _tails.GetValueOrDefault(actor.Name) + 1;
        }
        return new TailPlace(this, actor.Name);
    }

    public void CountExport() => Interlocked.Increment(ref _exports);

    public void Dispose()
    {
        foreach (Job job in _jobs.Values) job.Dispose();
    }

    // Somebody else's is as if it were not there.
    private Job Owned(Actor actor, string id) => _jobs.TryGetValue(id, out Job? job) && job.Owner == actor.Name ? job : throw Http.Refused.NotFound("such question of yours", "answers are kept for a quarter of an hour, or until newer ones need their room");

    private T Counted<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Refused)
        {
            Interlocked.Increment(ref _refused);
            throw;
        }
    }

    private sealed class TailPlace(FlowDesk desk, string owner) : IDisposable
    {
        private bool _given;

        public void Dispose()
        {
            lock (desk._changing)
            {
                if (_given) return;
                _given = true;
                if (--desk._tails[owner] == 0) desk._tails.Remove(owner);
            }
        }
    }
}
