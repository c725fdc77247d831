namespace Exeat.Flows;

/// <summary>Who hands records on, for the formats that name their producer.</summary>
/// <param name="Product">The product's name.</param>
/// <param name="Version">Its version.</param>
public sealed record SinkOrigin(string Product, string Version);
