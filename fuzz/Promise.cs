namespace Exeat.Fuzz;

/// <summary>What a reader promises beside not throwing.</summary>
internal static class Promise
{
    /// <summary>Throws when a promise is broken: the run counts as a failure and its input is kept.</summary>
    public static void Holds(bool kept, string promise)
    {
        if (!kept) throw new BrokenPromiseException($"broken promise: {promise}");
    }
}
