using System.Globalization;

namespace Exeat.Lab;

/// <summary>Stretches the lab's own deadlines where a machine is slow, an emulated one for instance: how long something is waited for, never what is expected.</summary>
public static class LabPatience
{
    /// <summary>The environment variable that names the factor, from 1 to 100; programs that the lab starts inherit it.</summary>
    public const string Variable = "EXEAT_LAB_PATIENCE";

    private const int Most = 100;

    /// <summary>The factor; 1 where nothing, or nothing usable, is named.</summary>
    public static int Factor { get; } = Read(Environment.GetEnvironmentVariable(Variable));

    /// <summary>That many seconds, stretched.</summary>
    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds * Factor);

    /// <summary>What a text means as a factor.</summary>
    internal static int Read(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int factor) && factor is >= 1 and <= Most ? factor : 1;
}
