namespace Exeat.Linux;

/// <summary>What is done with each element of a set that packets fill.</summary>
/// <param name="key">The element: the fields of a concatenation in network order, each padded to four bytes.</param>
/// <param name="packets">What its counter says; 0 without a counter.</param>
public delegate void PacketSetVisitor(ReadOnlySpan<byte> key, long packets);
