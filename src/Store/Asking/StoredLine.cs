namespace Exeat.Store;

/// <summary>One event as it was sent.</summary>
/// <param name="Gateway">The gateway that delivered it.</param>
/// <param name="Line">The line, without its end.</param>
/// <param name="Position">Where to go on after this line.</param>
public readonly record struct StoredLine(string Gateway, ReadOnlyMemory<byte> Line, string Position);
