namespace Exeat.Linux;

/// <summary>An address of this network namespace. An IPv4 address lies in the low 32 bits.</summary>
public readonly record struct LinkAddress(int Interface, bool IsV6, UInt128 Bits, int PrefixLength);
