namespace Exeat.Store;

/// <summary>How far a query is.</summary>
/// <param name="Percent">0 to 100; an estimate.</param>
/// <param name="Rows">Rows read so far.</param>
public readonly record struct QueryProgress(double Percent, long Rows);
