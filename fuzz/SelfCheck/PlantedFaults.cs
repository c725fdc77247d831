namespace Exeat.Fuzz.SelfCheck;

/// <summary>A reader with faults behind several comparisons each: chance alone finds none of them in a lifetime, one branch after the other all of them in moments.</summary>
internal static class PlantedFaults
{
    /// <summary>Which fault an input came to.</summary>
    public static PlantedFault Read(ReadOnlySpan<byte> input)
    {
        if (input.Length < 8) return PlantedFault.None;
        if (input[0] != 0x16) return PlantedFault.None;
        if (input[1] != 0x03) return PlantedFault.None;
        if (input[2] != (byte)'E') return PlantedFault.None;
        if (input[3] != (byte)'x') return PlantedFault.None;
        return input[4] switch
        {
            0x91 => Deeper(input) ? PlantedFault.Throws : PlantedFault.None,
            0x92 => Deeper(input) ? PlantedFault.Allocates : PlantedFault.None,
            0x93 => Deeper(input) ? PlantedFault.Hangs : PlantedFault.None,
            _ => PlantedFault.None,
        };
    }

    private static bool Deeper(ReadOnlySpan<byte> input)
    {
        if (input[5] != 0x7a) return false;
        if (input[6] != 0x3c) return false;
        return input[7] == 0xe1;
    }
}
