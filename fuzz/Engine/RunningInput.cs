using System.IO.MemoryMappedFiles;

namespace Exeat.Fuzz.Engine;

/// <summary>The input that is being run, in a file that outlives the process: what overflows the stack or takes all memory takes the process along.</summary>
internal sealed class RunningInput : IDisposable
{
    private const int LengthBytes = sizeof(int);

    private readonly string _path;
    private readonly FileStream _file;
    private readonly MemoryMappedFile _mapped;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>One run of a target at a time.</summary>
    /// <exception cref="IOException">Another one goes on, or the folder cannot be written.</exception>
    public RunningInput(string folder, int maxBytes)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, "running");
        _file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        byte[] before = new byte[_file.Length];
        _file.ReadExactly(before);
        if (before.Length > LengthBytes && BitConverter.ToInt32(before) is > 0 and int length && length <= before.Length - LengthBytes) LeftOver = before[LengthBytes..(LengthBytes + length)];
        _file.SetLength(LengthBytes + maxBytes);
        _mapped = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _mapped.CreateViewAccessor();
        _view.Write(0, 0);
    }

    /// <summary>Where an earlier run was when it ended without saying so.</summary>
    public byte[]? LeftOver { get; }

    public void Note(byte[] input)
    {
        _view.WriteArray(LengthBytes, input, 0, (int)Math.Min(input.Length, _view.Capacity - LengthBytes));
        _view.Write(0, input.Length);
    }

    public void Dispose()
    {
        _view.Dispose();
        _mapped.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }
}
