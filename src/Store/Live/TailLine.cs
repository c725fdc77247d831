namespace Exeat.Store;

/// <summary>One line of the live tail.</summary>
/// <param name="Gateway">The gateway that delivered it.</param>
/// <param name="Line">The event as it was sent.</param>
/// <param name="Lost">How many lines this subscriber lost just before this one, because it was too slow.</param>
public readonly record struct TailLine(string Gateway, ReadOnlyMemory<byte> Line, long Lost);
