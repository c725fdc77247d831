using System.Runtime.CompilerServices;

namespace Exeat.Control.Tests;

/// <summary>A file of the repository that must be what the program makes. EXEAT_UPDATE_GOLDENS=1 writes it.</summary>
internal static class Golden
{
    public static void Compare(string path, string actual)
    {
        string file = Path.Combine(Root(), path);
        if (Environment.GetEnvironmentVariable("EXEAT_UPDATE_GOLDENS") == "1") File.WriteAllText(file, actual);
        string expected = File.Exists(file) ? File.ReadAllText(file) : "";
        if (expected == actual) return;
        string[] was = expected.Split('\n'), now = actual.Split('\n');
        int first = Enumerable.Range(0, Math.Max(was.Length, now.Length)).First(i => was.ElementAtOrDefault(i) != now.ElementAtOrDefault(i));
        Assert.Fail($"{path} is not what the program makes, first in line {first + 1}:\n- {was.ElementAtOrDefault(first)}\n+ {now.ElementAtOrDefault(first)}\nLook at the change; EXEAT_UPDATE_GOLDENS=1 with this test writes it.");
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
