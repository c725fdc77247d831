namespace Exeat.Store;

/// <summary>What queries may read at one moment. Files that vanish from the store stay on disk until the last query that may read them has ended.</summary>
internal sealed class FileShelf
{
    private readonly string _folder;

    // The oldest first; the last one is the current one.
    private readonly List<FileView> _views = [];

    public FileShelf(string folder, FileView first)
    {
        _folder = folder;
        Current = first;
        _views.Add(first);
    }

    public FileView Current { get; private set; }

    public FileView Take()
    {
        Current.Users++;
        return Current;
    }

    public void Return(FileView view)
    {
        view.Users--;
        Sweep();
    }

    /// <summary>What queries see from now on.</summary>
    public void Show(FileView view, IEnumerable<StoredFile> obsolete)
    {
        Current.Obsolete.AddRange(obsolete);
        Current = view;
        _views.Add(view);
        Sweep();
    }

    private void Sweep()
    {
        // One that is read for long keeps none of those after it, but what it has itself.
        for (int i = _views.Count - 2; i >= 0; i--)
        {
            FileView view = _views[i];
            if (view.Users > 0) continue;
            _views.RemoveAt(i);
            view.DeleteWaiting();
            FileView? older = i > 0 ? _views[i - 1] : null;
            foreach (StoredFile file in view.Obsolete)
            {
                if (older is not null && older.Files.Contains(file)) older.Obsolete.Add(file);
                else File.Delete(Path.Combine(_folder, file.Path));
            }
        }
    }
}
