using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Chaos;

/// <summary>A lab whose gateway has a heap of 48 MiB and collects what it throws away every two: what it has is what it keeps. A heap that grows beyond ends it.</summary>
public sealed class LeanLab : ChaosLab
{
    protected override IReadOnlyList<string> Program => ["env", "DOTNET_GCHeapHardLimit=0x3000000", "DOTNET_GCgen0MaxBudget=0x200000", .. LabPrograms.Gateway];
}
