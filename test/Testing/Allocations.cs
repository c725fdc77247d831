namespace Exeat.Testing;

/// <summary>Counts what a piece of code allocates once it runs in steady state.</summary>
public static class Allocations
{
    /// <summary>Bytes allocated by this thread while the action runs a thousand times, after it has warmed up.</summary>
    public static long Of(Action action)
    {
        for (int i = 0; i < 200; i++) action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
