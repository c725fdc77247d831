namespace Exeat.Store;

/// <summary>What queries may read at one moment. Files that vanish from the store stay on disk until the last query that may read them has ended.</summary>
internal sealed class FileShelf
{
    private readonly string _folder;
    private readonly Queue<FileView> _views = [];

    public FileShelf(string folder, FileView first)
    {
        _folder = folder;
        Current = first;
        _views.Enqueue(first);
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
        _views.Enqueue(view);
        Sweep();
    }

    private void Sweep()
    {
        while (_views.Peek() is { Users: 0 } oldest && oldest != Current)
        {
            _views.Dequeue();
            oldest.DeleteWaiting();
            foreach (StoredFile file in oldest.Obsolete) File.Delete(Path.Combine(_folder, file.Path));
        }
    }
}
