namespace Exeat.Cli;

/// <summary>What a support bundle is to hold.</summary>
internal sealed record BundleWish(int Records, bool WithPolicy);
