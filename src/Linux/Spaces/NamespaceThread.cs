using System.Runtime.ExceptionServices;
using Exeat.Linux.Native;

namespace Exeat.Linux;

/// <summary>Runs code on a thread of its own inside a named network namespace.</summary>
/// <remarks>A socket belongs for ever to the namespace of the thread that opened it: open it here, use it anywhere. Awaited code leaves the thread.</remarks>
public static class NamespaceThread
{
    /// <summary>Runs to the end and returns the result, or throws what was thrown.</summary>
    public static T Run<T>(string name, Func<T> work)
    {
        T? result = default;
        Exception? failure = null;
        Thread thread = Start(name, () => result = work(), thrown => failure = thrown);
        thread.Join();
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        return result!;
    }

    /// <summary>Runs to the end, or throws what was thrown.</summary>
    public static void Run(string name, Action work) => Run(name, () =>
    {
        work();
        return true;
    });

    /// <summary>Starts a thread that ends with <paramref name="work"/>; what it throws goes to <paramref name="onFailure"/>.</summary>
    public static Thread Start(string name, Action work, Action<Exception> onFailure)
    {
        Thread thread = new(() =>
        {
            try
            {
                Enter(name);
                work();
            }
            catch (Exception thrown)
            {
                onFailure(thrown);
            }
        })
        { IsBackground = true, Name = $"in {name}" };
        thread.Start();
        return thread;
    }

    // Never undone: the thread belongs to the namespace until it ends, and is not of the pool.
    private static void Enter(string name)
    {
        int descriptor = Libc.Open(Namespaces.Path(name), Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (descriptor < 0) throw new KernelException("namespace: open", name, Libc.LastError);
        using FileDescriptor space = new(descriptor);
        if (Libc.SetNamespace(space, Libc.CLONE_NEWNET) != 0) throw new KernelException("namespace: enter", name, Libc.LastError);
    }
}
