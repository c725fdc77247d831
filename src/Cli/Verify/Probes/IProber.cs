namespace Exeat.Cli.Verify;

/// <summary>Makes attempts: over the network, or in a test's imagined world.</summary>
internal interface IProber
{
    Task<Seen> MakeAsync(Probe probe, CancellationToken stop);
}
