namespace Exeat.Store;

/// <summary>Files and tails that together hold everything once.</summary>
/// <param name="files">The files.</param>
/// <param name="dirty">Paths of those of flows in which rows are dead.</param>
/// <param name="tails">Tables in memory.</param>
internal sealed class FileView(IReadOnlyList<StoredFile> files, IReadOnlySet<string> dirty, IReadOnlyList<StoreTail> tails)
{
    public IReadOnlyList<StoredFile> Files { get; } = files;

    public IReadOnlySet<string> Dirty { get; } = dirty;

    public IReadOnlyList<StoreTail> Tails { get; } = tails;

    /// <summary>Queries that read it.</summary>
    public int Users { get; set; }

    /// <summary>Files that no later view has.</summary>
    public List<StoredFile> Obsolete { get; } = [];
}
