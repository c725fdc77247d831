using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>A lab whose journal lies on a disk of four megabytes.</summary>
public sealed class SmallDiskLab : ChaosLab
{
    protected override async Task FillMiddleAsync()
    {
        await Subprocess.DemandAsync(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", State.Journal]);
        await base.FillMiddleAsync();
    }

    protected override async Task EmptyMiddleAsync()
    {
        await base.EmptyMiddleAsync();
        await Subprocess.RunAsync(["umount", State.Journal], TimeSpan.FromSeconds(10));
    }
}
