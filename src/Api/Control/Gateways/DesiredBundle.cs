namespace Exeat.Api.Control;

/// <summary>A policy by the name of its files.</summary>
/// <param name="Version">The policy version that the gateway will report, when control knows it.</param>
/// <param name="Bundle">The hash of the files, to be asked for by it.</param>
public sealed record DesiredBundle(string? Version, string Bundle);
