namespace Exeat.Flows;

/// <summary>Whole lines of a journal as they lie on the disk, and the place behind them.</summary>
/// <param name="Bytes">The lines, each with its end.</param>
/// <param name="Next">Where to read on.</param>
/// <param name="Gap">Segments that were gone when this was read; null: none.</param>
public readonly record struct JournalPiece(ReadOnlyMemory<byte> Bytes, JournalPosition Next, JournalGap? Gap);
