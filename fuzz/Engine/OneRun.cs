namespace Exeat.Fuzz.Engine;

/// <summary>Runs one target on one input and says what went wrong.</summary>
internal static class OneRun
{
    /// <summary>Null when all is well.</summary>
    public static Failure? Try(IFuzzTarget target, byte[] input)
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
            return new Failure(KindOf(e), e.ToString());
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= target.MaxAllocatedBytes ? null : new Failure("allocation", $"allocated {allocated} bytes for an input of {input.Length}");
    }

    // The same exception at the same place is the same failure; numbers in what it says differ from input to input.
    private static string KindOf(Exception e)
    {
        string place = e.StackTrace?.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Contains(" Exeat.", StringComparison.Ordinal) && !line.Contains(nameof(Promise), StringComparison.Ordinal)) ?? "";
        string said = e is BrokenPromiseException ? new string([.. e.Message.Where(c => !char.IsAsciiDigit(c)).Take(60)]) : "";
        return $"{e.GetType().Name} {said} {place}";
    }
}
