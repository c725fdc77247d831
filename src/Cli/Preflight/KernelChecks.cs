using Exeat.Linux;

namespace Exeat.Cli;

/// <summary>What the kernel and this process's rights offer: tried out, not read from a version number.</summary>
internal static class KernelChecks
{
    public static IEnumerable<Check> All() => KernelFeatures.Probe().Select(feature => Check.That(
        feature.Name, feature.IsFound, feature.IsRequired ? Outcome.Fail : Outcome.Warn, feature.Detail.Length > 0 ? feature.Detail : feature.IsFound ? "works" : "absent", feature.Remedy));
}
