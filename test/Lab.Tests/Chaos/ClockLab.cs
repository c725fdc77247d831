using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>A lab whose gateway sees another wall clock than the machine, by a library that is loaded into it alone. Its monotonic clock is the machine's.</summary>
public sealed class ClockLab : ChaosLab
{
    public static string? Library { get; } = Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }).FirstOrDefault()
        : null;

    private string OffsetFile => Path.Combine(State.Folder, "clock-offset");

    protected override IReadOnlyList<string> Program =>
        ["env", $"LD_PRELOAD={Library}", $"FAKETIME_TIMESTAMP_FILE={OffsetFile}", "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1", .. LabPrograms.Gateway];

    /// <summary>Sets its clock so many hours before or behind the machine's.</summary>
    internal void Step(int hours)
    {
        File.WriteAllText(OffsetFile + ".next", hours >= 0 ? $"+{hours}h\n" : $"{hours}h\n");
        File.Move(OffsetFile + ".next", OffsetFile, overwrite: true);
    }

    protected override Task FillMiddleAsync()
    {
        Step(0);
        return Library is null ? Task.CompletedTask : base.FillMiddleAsync();
    }

    protected override Task EmptyMiddleAsync() => Library is null ? Task.CompletedTask : base.EmptyMiddleAsync();
}
