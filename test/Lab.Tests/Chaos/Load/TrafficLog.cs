using System.Text;

namespace Exeat.Lab.Tests.Chaos.Load;

/// <summary>A file of lines that somebody else writes, read as it grows: whole lines only.</summary>
internal sealed class TrafficLog(string path)
{
    private readonly StringBuilder _rest = new();
    private long _offset;

    /// <summary>The lines since the last call.</summary>
    public IEnumerable<string> Read()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = _offset;
        byte[] fresh = new byte[Math.Max(0, file.Length - _offset)];
        int got = file.ReadAtLeast(fresh, fresh.Length, throwOnEndOfStream: false);
        _offset += got;
        string[] lines = _rest.Append(Encoding.ASCII.GetString(fresh, 0, got)).ToString().Split('\n');
        _rest.Clear().Append(lines[^1]);
        return lines[..^1];
    }
}
