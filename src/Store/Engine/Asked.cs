using DuckDB.NET.Data;

namespace Exeat.Store;

/// <summary>One question under way: a transaction of its own, the files as they were when it began, and what stops it.</summary>
internal sealed class Asked : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly Action<FileView> _done;
    private readonly CancellationToken _cancellation;
    private readonly Timer _look;
    private volatile DuckDBCommand? _running;

    public Asked(DuckDBConnection connection, FileView view, Action<FileView> done, IProgress<QueryProgress>? progress, CancellationToken cancellation)
    {
        (Connection, View, _done, _cancellation) = (connection, view, done, cancellation);
        // Again and again, since an interrupt that comes before the engine has begun is lost.
        _look = new Timer(_ => Look(progress), null, LookEvery, LookEvery);
    }

    public DuckDBConnection Connection { get; }

    public FileView View { get; }

    /// <summary>Executes, and gives each row to <paramref name="each"/>, which says whether to go on.</summary>
    public void Read(string sql, IEnumerable<(string Name, object Value)> values, Func<DuckDBDataReader, bool> each, bool streaming = false)
    {
        _cancellation.ThrowIfCancellationRequested();
        (string, object)[] used = [.. values.Where(value => sql.Contains("$" + value.Name, StringComparison.Ordinal))];
        using DuckDBCommand command = StoreEngine.Command(Connection, sql, used);
        command.UseStreamingMode = streaming;
        _running = command;
        try
        {
            using DuckDBDataReader reader = command.ExecuteReader();
            while (reader.Read() && each(reader)) _cancellation.ThrowIfCancellationRequested();
        }
        catch (Exception error) when (error is DuckDBException or InvalidOperationException && _cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(error.Message, error, _cancellation);
        }
        finally
        {
            _running = null;
        }
    }

    public void Dispose()
    {
        _look.Dispose();
        Connection.Dispose();
        _done(View);
    }

    private void Look(IProgress<QueryProgress>? progress)
    {
        if (_running is not { } running) return;
        if (_cancellation.IsCancellationRequested) running.Cancel();
        else if (progress is not null && Connection.GetQueryProgress() is { Percentage: >= 0 } now) progress.Report(new QueryProgress(now.Percentage, (long)now.RowsProcessed));
    }
}
