namespace Exeat.Fuzz.Engine;

/// <summary>Makes an input smaller for as long as it stays what it was.</summary>
internal static class Shrink
{
    /// <summary>The smallest that was found within so many tries.</summary>
    /// <param name="input">Is what it is.</param>
    /// <param name="step">Only whole steps are taken away; 0 or 1: any bytes.</param>
    /// <param name="tries">How often it may be asked.</param>
    /// <param name="isSame">Whether other bytes are that too.</param>
    public static byte[] Run(byte[] input, int step, int tries, Func<byte[], bool> isSame)
    {
        int unit = Math.Max(1, step);
        for (int chunk = Largest(input.Length / unit) * unit; chunk >= unit && tries > 0; chunk = chunk / unit / 2 * unit)
        {
            for (int at = input.Length / chunk * chunk; at >= 0 && tries > 0; at -= chunk)
            {
                if (at >= input.Length) continue;
                byte[] less = [.. input[..at], .. input[Math.Min(input.Length, at + chunk)..]];
                tries--;
                if (isSame(less)) input = less;
            }
        }
        return input;
    }

    // Half of it, as a power of two.
    private static int Largest(int units)
    {
        int chunk = 1;
        while (chunk * 4 <= units) chunk *= 2;
        return chunk;
    }
}
