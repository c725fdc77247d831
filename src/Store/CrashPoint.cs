namespace Exeat.Store;

/// <summary>Places at which the tests kill a process of their own, to see what a crash there leaves behind.</summary>
internal static class CrashPoint
{
    /// <summary>Called at each place; null outside of tests.</summary>
    public static Action<string>? OnReached { get; set; }

    public static void Reached(string place) => OnReached?.Invoke(place);
}
