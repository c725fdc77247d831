using Exeat.Api.Control;
using Exeat.Store;

namespace Exeat.Control.Flows;

/// <summary>One long question while it runs, and its answer for a while after.</summary>
internal sealed class Job(string id, string owner, DateTimeOffset started, TimeProvider time, ILogger log) : IProgress<QueryProgress>, IDisposable
{
    private readonly CancellationTokenSource _cancel = new(FlowDesk.JobPatience, time);
    private readonly Lock _changing = new();
    private FlowGroups? _result;
    private string? _error;
    private QueryProgress _progress;
    private bool _asked;

    public string Id => id;

    public string Owner => owner;

    public string State { get; private set; } = "running";

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? KeptUntil { get; private set; }

    /// <summary>Rows of its answer; 0 while it runs.</summary>
    public long Rows { get; private set; }

    public async Task RunAsync(Func<IProgress<QueryProgress>, CancellationToken, Task<FlowGroups>> ask)
    {
        try
        {
            FlowGroups result = await Task.Run(() => ask(this, _cancel.Token));
            End("done", result, null);
        }
        catch (OperationCanceledException)
        {
            End(_asked ? "cancelled" : "failed", null, _asked ? null : $"it took longer than {FlowDesk.JobPatience.TotalMinutes:0} minutes; narrow its time");
        }
        catch (FlowFilterException wrong)
        {
            End("failed", null, wrong.Message);
        }
        catch (StoreException broken)
        {
            End("failed", null, broken.Message);
        }
        catch (Exception failed)
        {
            // One that does not end would keep its place for ever.
            log.JobFailed(id, failed);
            End("failed", null, "it failed; control's log says why");
        }
    }

    public void Report(QueryProgress value)
    {
        lock (_changing) _progress = value;
    }

    /// <summary>Asks it to end. False: it has ended.</summary>
    public bool Cancel()
    {
        lock (_changing)
        {
            if (State != "running") return false;
            _asked = true;
        }
        _cancel.Cancel();
        return true;
    }

    public FlowJob Form()
    {
        lock (_changing)
        {
            return new FlowJob { Id = id, State = State, Percent = State == "done" ? 100 : Math.Clamp(_progress.Percent, 0, 100), Rows = _progress.Rows, Started = started, KeptUntil = KeptUntil, Result = _result, Error = _error };
        }
    }

    public void Dispose() => _cancel.Dispose();

    private void End(string state, FlowGroups? result, string? error)
    {
        lock (_changing) (State, _result, _error, Rows, KeptUntil) = (state, result, error, result?.Rows.Count ?? 0, time.GetUtcNow() + FlowDesk.Keep);
    }
}
