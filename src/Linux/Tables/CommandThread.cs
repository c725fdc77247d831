using System.Collections.Concurrent;

namespace Exeat.Linux;

/// <summary>
/// One thread for all calls into a library that takes much memory for a moment. The C library gives threads heaps of their own, up to eight for each processor (mallopt(3), M_ARENA_MAX), and what was taken once
/// stays with the heap of the thread that took it: called from a pool of threads, the library would come to hold the most that a call takes sixteen times over, and with each call a little more until then.
/// </summary>
/// <remarks>The thread stays in the network namespace of the thread that made it.</remarks>
internal sealed class CommandThread : IDisposable
{
    private readonly BlockingCollection<Action> _asked = [];
    private readonly Thread _thread;

    public CommandThread(string name)
    {
        _thread = new Thread(Work) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Runs it there, and waits for what comes of it: the result, or what it threw.</summary>
    public T Run<T>(Func<T> command)
    {
        var done = new TaskCompletionSource<T>();
        _asked.Add(() =>
        {
            try
            {
                done.SetResult(command());
            }
            catch (Exception thrown)
            {
                done.SetException(thrown);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Ends the thread, behind what it was asked for.</summary>
    public void Dispose()
    {
        _asked.CompleteAdding();
        _thread.Join();
        _asked.Dispose();
    }

    private void Work()
    {
        foreach (Action command in _asked.GetConsumingEnumerable()) command();
    }
}
