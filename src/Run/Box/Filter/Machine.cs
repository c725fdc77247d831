namespace Exeat.Run.Box.Filter;

/// <summary>The instruction sets that the filter is written for.</summary>
internal enum Machine : byte
{
    X64,
    Arm64,
}
