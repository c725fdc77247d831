namespace Exeat.Store;

/// <summary>A tail that is being written out, and everything as it was when it was complete.</summary>
/// <param name="Tail">The tables.</param>
/// <param name="State">The manifest to be, but for the files.</param>
/// <param name="Dead">Table of the rows that were dead by then.</param>
/// <param name="FirstRow">The lowest row number of its flows.</param>
internal sealed record FrozenTail(StoreTail Tail, Manifest State, string Dead, long FirstRow);
