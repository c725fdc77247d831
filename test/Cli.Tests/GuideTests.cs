using System.Diagnostics;

namespace Exeat.Cli.Tests;

/// <summary>The commands of the guides, run as they are written: those of one guide in one folder, in their order.</summary>
public sealed class GuideTests(SampleJournal sample) : IClassFixture<SampleJournal>
{
    [Theory]
    [InlineData("docs/rollout.md docs/rollback.md")]
    [InlineData("docs/runtimes/openclaw.md")]
    [InlineData("docs/runtimes/nemoclaw.md")]
    [InlineData("docs/runtimes/hermes.md")]
    [InlineData("docs/runtimes/claude-code.md")]
    [InlineData("docs/runtimes/codex.md")]
    public void Every_command_of_a_guide_does_what_it_says(string guides)
    {
        string folder = Directory.CreateTempSubdirectory("exeat-guide-").FullName;
        try
        {
            foreach (string guide in guides.Split(' '))
            {
                string script = Script(guide);
                Assert.Contains("exeat ", script);
                (int status, string said) = Run(folder, script);
                Assert.True(status == 0, $"{guide} ended with {status}:\n{said}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_command_that_fails_is_noticed()
    {
        string folder = Directory.CreateTempSubdirectory("exeat-guide-").FullName;
        Assert.NotEqual(0, Run(folder, "exeat policy check nowhere\necho on\n").Status);
        Directory.Delete(folder, recursive: true);
    }

    // The blocks marked sh, from the same folder each guide.
    private static string Script(string guide)
    {
        List<string> lines = [];
        bool inside = false;
        foreach (string line in File.ReadAllLines(Path.Combine(CommandLine.Root, guide)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) inside = !inside && line == "```sh";
            else if (inside) lines.Add(line);
        }
        return string.Join('\n', lines) + "\n";
    }

    private (int Status, string Said) Run(string folder, string script)
    {
        string program = Path.Combine(CommandLine.Root, "artifacts", "exeat", "exeat.dll");
        // Each line is shown before it runs, so that a failure names it.
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail\nexeat() {{ dotnet '{program}' \"$@\"; }}\nset -v\n{script}"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string variable in (string[])["EXEAT_POLICY", "EXEAT_AGENTS", "EXEAT_PACKS", "EXEAT_COMMAND"]) start.Environment.Remove(variable);
        start.Environment["EXEAT_JOURNAL"] = sample.Folder;
        start.Environment["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(folder);
        foreach (string who in (string[])["AUTHOR", "COMMITTER"]) start.Environment[$"GIT_{who}_NAME"] = start.Environment[$"GIT_{who}_EMAIL"] = "guide@corp.example";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
