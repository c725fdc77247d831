namespace Exeat.Store;

/// <summary>Files and tails that together hold everything once.</summary>
/// <param name="files">The files.</param>
/// <param name="dirty">Paths of those of flows in which rows are dead.</param>
/// <param name="tails">What is in no file.</param>
/// <param name="waiting">Where the tails are written to when somebody asks.</param>
internal sealed class FileView(IReadOnlyList<StoredFile> files, IReadOnlySet<string> dirty, IReadOnlyList<ShownTail> tails, WaitingFolder waiting)
{
    private readonly Lock _writing = new();
    private string? _flows, _sums, _events;

    public IReadOnlyList<StoredFile> Files { get; } = files;

    public IReadOnlySet<string> Dirty { get; } = dirty;

    public IReadOnlyList<ShownTail> Tails { get; } = tails;

    /// <summary>A file of the flows of the tails, some megabytes; one for all who ask while nothing is shown anew.</summary>
    public string WaitingFlows => Written(ref _flows, FlowColumns.Shapes, tail => tail.Flows);

    /// <summary>A file of their sums.</summary>
    public string WaitingSums => Written(ref _sums, SumColumns.Shapes, tail => tail.Sums);

    /// <summary>A file of their events.</summary>
    public string WaitingEvents => Written(ref _events, EventColumns.Shapes, tail => tail.Events);

    /// <summary>Queries that read it.</summary>
    public int Users { get; set; }

    /// <summary>Files that no later view has.</summary>
    public List<StoredFile> Obsolete { get; } = [];

    /// <summary>Nobody reads it any more.</summary>
    public void DeleteWaiting()
    {
        foreach (string? path in new[] { _flows, _sums, _events })
            if (path is not null) File.Delete(path);
    }

    private string Written(ref string? path, IReadOnlyList<ColumnShape> shapes, Func<ShownTail, TailRows> rows)
    {
        lock (_writing) return path ??= waiting.Write(shapes, [.. Tails.SelectMany(tail => rows(tail).All)]);
    }
}
