using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Limits;

/// <summary>The control run: limits so high that a flood goes where it likes.</summary>
public sealed class UncappedLab() : GatewayLab(PendingPacketsLab.WithSilentHost, ("pendingPacketsPerSecond", 1_000_000), ("newFlowsPerSecond", 100_000), ("newFlowsBurst", 100_000));
