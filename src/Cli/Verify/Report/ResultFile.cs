using System.Text;

namespace Exeat.Cli.Verify;

/// <summary>The runs of a schedule, one line each, the newest last: <c>verify.ndjson</c> in a folder of its own. Written whole beside the old one and renamed, so that a reader never sees half a line.</summary>
internal static class ResultFile
{
    public const string Name = "verify.ndjson";

    /// <summary>Runs that are kept. 1,000: six weeks of one an hour, some megabytes at most.</summary>
    public const int MostRuns = 1000;

    public static void Append(string folder, VerifyReport report)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Name), next = path + ".next";
        IEnumerable<string> before = File.Exists(path) ? File.ReadLines(path).Where(line => line.Length > 0).TakeLast(MostRuns - 1) : [];
        File.WriteAllText(next, string.Concat(before.ToArray().Append(VerifyJson.Text(report, indented: false, onlyUnheld: true)).Select(line => line + "\n")), new UTF8Encoding(false));
        File.Move(next, path, overwrite: true);
    }
}
