namespace Exeat.Cli.Tests;

/// <summary>Compares text with a file that people reviewed. EXEAT_UPDATE_GOLDENS=1 writes the file anew; otherwise a difference is left beside it.</summary>
internal static class Golden
{
    public static void Check(string name, string actual)
    {
        string expected = Path.Combine(CommandLine.Root, "test", "Cli.Tests", "goldens", name + ".txt");
        if (Environment.GetEnvironmentVariable("EXEAT_UPDATE_GOLDENS") == "1") File.WriteAllText(expected, actual);
        if (File.Exists(expected) && File.ReadAllText(expected) == actual) return;
        File.WriteAllText(expected.Replace(".txt", ".received.txt"), actual);
        Assert.Equal(File.Exists(expected) ? File.ReadAllText(expected) : "", actual);
    }
}
