namespace Exeat.Fuzz;

/// <summary>Runs one target on one input and says what went wrong.</summary>
internal static class OneRun
{
    /// <summary>Far above what the largest document needs, far below what an attacker-sized allocation takes.</summary>
    private const long MaxAllocatedBytes = 64 << 20;

    /// <summary>Null when all is well.</summary>
    public static string? Try(IFuzzTarget target, byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Run(input);
        }
#pragma warning disable CA1031 // The outermost guard: any exception is the finding.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e.ToString();
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= MaxAllocatedBytes ? null : $"allocated {allocated} bytes for an input of {input.Length}";
    }
}
