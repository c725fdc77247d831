using Exeat.Linux;

namespace Exeat.Run.Box.Folder;

/// <summary>
/// Lets a box begin once every guarded mount is in its place, and ends it at once when one is gone. The kernel takes a mount away, in every mount namespace, when somebody outside replaces
/// or removes what it is mounted on (renaming another file over it is enough): from then on the command could write there.
/// </summary>
internal sealed class GuardWatch : IDisposable
{
    private const int SIGKILL = 9;

    // Making a box takes some hundredths of a second; the machine may be busy.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30), LookAgain = TimeSpan.FromMilliseconds(2);

    private readonly IReadOnlyList<string> _guarded;
    private readonly Task<int?> _first;
    private readonly Handle _begin;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _watching;
    private string? _lost;
    private volatile bool _hasBegun;

    /// <summary><paramref name="first"/> is the box's first process, which waits until <paramref name="begin"/> is written to.</summary>
    public GuardWatch(IEnumerable<string> guarded, Task<int?> first, Handle begin)
    {
        (_guarded, _first, _begin) = ([.. guarded.Distinct()], first, begin);
        _watching = new Thread(Watch) { IsBackground = true, Name = "box guard" };
        _watching.Start();
    }

    /// <summary>What is guarded no more, for which the box was ended; null: nothing.</summary>
    public string? Lost => Volatile.Read(ref _lost);

    /// <summary>Whether the command was let begin: before that nothing was lost, it was never there.</summary>
    public bool HasBegun => _hasBegun;

    public void Dispose()
    {
        _stop.Cancel();
        _watching.Join();
        _begin.Dispose();
    }

    private void Watch()
    {
        if (_first.GetAwaiter().GetResult() is not { } first) return;
        using MountTable? mounts = Complete(first);
        if (mounts is null) return;
        using CancellationTokenRegistration wake = _stop.Token.Register(mounts.Wake);
        _hasBegun = true;
        _begin.Write([1]);
        string? gone = null;
        while (gone is null && mounts.WaitForChange() && !_stop.IsCancellationRequested) gone = Missing(mounts);
        if (gone is not null && !_stop.IsCancellationRequested) End(first, gone);
    }

    // What was opened before the box had its own root shows another one, and is opened again.
    private MountTable? Complete(int first)
    {
        long start = TimeProvider.System.GetTimestamp();
        string? missing = null;
        while (!_stop.IsCancellationRequested && MountTable.TryOpen(first) is { } mounts)
        {
            missing = Missing(mounts);
            if (missing is null) return mounts;
            mounts.Dispose();
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                End(first, missing);
                return null;
            }
            Thread.Sleep(LookAgain);
        }
        return null;
    }

    private string? Missing(MountTable mounts)
    {
        IReadOnlySet<string> places = mounts.Read();
        return _guarded.FirstOrDefault(path => !places.Contains(path));
    }

    private void End(int first, string missing)
    {
        // First of all: each moment it runs on is one in which it can write there.
        RunningProgram.Send(first, SIGKILL);
        Volatile.Write(ref _lost, missing);
    }
}
