namespace Exeat.Fuzz.SelfCheck;

/// <summary>A fault of the self-check's reader.</summary>
internal enum PlantedFault
{
    None = 0,
    Throws,
    Allocates,
    Hangs,
}
