namespace Exeat.Store;

/// <summary>A page as it lies in a file.</summary>
/// <param name="Bytes">Its head and its packed values.</param>
/// <param name="PlainBytes">What it takes once it is unpacked, with its head.</param>
internal readonly record struct PackedPage(byte[] Bytes, int PlainBytes);
