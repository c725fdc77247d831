using System.Text;
using System.Text.Json;
using Exeat.Linux;

namespace Exeat.Run.Box;

/// <summary>What bubblewrap tells of a box, one JSON object a line: the process that it began with, and the command's status. Without a status the box was never finished.</summary>
internal sealed class BoxStatus : IDisposable
{
    private const int LongestBytes = 64 << 10;

    private readonly Handle _read;
    private readonly TaskCompletionSource<int?> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _reading;
    private int? _exit;

    public BoxStatus(Handle read)
    {
        _read = read;
        _reading = new Thread(Read) { IsBackground = true, Name = "box status" };
        _reading.Start();
    }

    /// <summary>The first process of the box, as we call it; null when there was none.</summary>
    public Task<int?> First => _first.Task;

    /// <summary>The command's status, after the end of the box.</summary>
    public int? Exit()
    {
        _reading.Join();
        return _exit;
    }

    public void Dispose()
    {
        _reading.Join();
        _read.Dispose();
    }

    private void Read()
    {
        byte[] buffer = new byte[LongestBytes];
        int length = 0;
        while (length < buffer.Length && _read.Read(buffer.AsSpan(length)) is > 0 and int count)
        {
            length += count;
            int end;
            while ((end = buffer.AsSpan(0, length).IndexOf((byte)'\n')) >= 0)
            {
                Take(Encoding.UTF8.GetString(buffer, 0, end));
                buffer.AsSpan(end + 1, length - end - 1).CopyTo(buffer);
                length -= end + 1;
            }
        }
        _first.TrySetResult(null);
    }

    private void Take(string line)
    {
        if (line.Length == 0) return;
        using JsonDocument document = JsonDocument.Parse(line);
        if (document.RootElement.TryGetProperty("child-pid", out JsonElement first)) _first.TrySetResult(first.GetInt32());
        if (document.RootElement.TryGetProperty("exit-code", out JsonElement exit)) _exit = exit.GetInt32();
    }
}
