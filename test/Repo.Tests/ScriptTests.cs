using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Exeat.Repo.Tests;

/// <summary>The one script, its help, and what the documents say about it.</summary>
public sealed partial class ScriptTests
{
    [Fact]
    public void Every_verb_named_in_a_document_is_in_the_help()
    {
        string[] verbs = HelpVerbs();
        var findings = new Findings();
        foreach (string file in Repository.Documents)
        {
            string[] lines = Repository.Lines(file);
            for (int i = 0; i < lines.Length; i++)
            {
                foreach (Match match in Invocation().Matches(lines[i]))
                {
                    string verb = match.Groups[1].Value;
                    if (!verbs.Contains(verb)) findings.Add($"{file}:{i + 1}", $"./dev has no verb '{verb}'", $"it has: {string.Join(", ", verbs)}");
                }
            }
        }
        findings.AssertNone();
    }

    [Theory]
    [InlineData("lab")]
    [InlineData("test")]
    [InlineData("build")]
    [InlineData("bench")]
    [InlineData("fuzz")]
    [InlineData("soak")]
    [InlineData("publish")]
    [InlineData("exeat")]
    [InlineData("setup")]
    public void The_help_explains_the_verb(string verb) => Assert.Contains(verb, HelpVerbs());

    [Fact]
    public void An_unknown_verb_is_refused_with_status_2() => Assert.Equal(2, Run("no-such-verb").Status);

    [Theory]
    [InlineData("90", "90")]
    [InlineData("90s", "90")]
    [InlineData("30m", "1800")]
    [InlineData("2h", "7200")]
    [InlineData("0", "")]
    [InlineData("2d", "")]
    [InlineData("-5", "")]
    [InlineData("", "3600")]
    [InlineData("--time 10m", "600")]
    [InlineData("--time=90s", "90")]
    [InlineData("--time", "")]
    [InlineData("--time 5 6", "")]
    [InlineData("10m 5m", "")]
    public void A_soak_lasts_as_long_as_it_is_told(string asked, string seconds) =>
        Assert.Equal((seconds.Length > 0 ? 0 : 1, seconds), Trimmed(Bash("-c", $"source '{Repository.FullPath("eng/soak.sh")}'; soak_seconds {asked}")));

    [Fact]
    public void A_soak_removes_what_a_killed_one_left_and_nothing_that_is_held()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string script = $"""
                source '{Repository.FullPath("eng/soak.sh")}'; cd '{folder}'
                mkdir exeat-soak-dead exeat-soak-alive other; touch exeat-soak-dead/held exeat-soak-alive/held other/held
                exec 8>exeat-soak-alive/held; flock 8; sweep_soaks .; ls
                """;
            Assert.Equal("exeat-soak-alive\nother", Bash("-c", script).Output.Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What is started in its place waits as the test does for the file that asks it to stop, and says so; INT and TERM come to the script's shell alone, as from a terminal.
    [Theory]
    [InlineData("INT", 0, "0 report"), InlineData("TERM", 0, "0 report"), InlineData("INT", 7, "1 report"), InlineData("INT TERM", 0, "1 ")]
    public void A_soak_that_is_stopped_reports_what_it_saw_and_one_that_is_stopped_twice_just_ends(string signals, int outcome, string expected)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            bool twice = signals.Contains(' ', StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder, "dotnet"), $$"""
                #!/bin/sh
                touch '{{folder}}/begun'
                until [ -e "$EXEAT_SOAK_STOP" ]; do sleep 0.02; done
                {{(twice ? "exec sleep 60" : "sleep 0.3")}}
                echo report >'{{folder}}/report'
                exit {{outcome}}
                """);
            string script = $$"""
                chmod +x '{{folder}}/dotnet'; export PATH="{{folder}}:$PATH" TMPDIR='{{folder}}'
                bin= as_root=() fresh_namespace=(env); say() { :; }
                source '{{Repository.FullPath("eng/soak.sh")}}'
                # With job control, or the shell in the background would never hear of INT.
                set -m; (soak 3600) & shell=$!; set +m
                until [ -e '{{folder}}/begun' ]; do sleep 0.02; done
                for signal in {{signals}}; do
                  kill -"$signal" $shell
                  until [ -e '{{folder}}'/exeat-soak-*/stop ] || [ ! -e '{{folder}}'/exeat-soak-* ]; do sleep 0.02; done
                done
                status=0; wait $shell || status=$?
                echo "$status $(cat '{{folder}}/report' 2>/dev/null)"; ls '{{folder}}' | grep soak
                """;
            // Neither a folder nor a process is left behind: the pipe of its output would be held open.
            Assert.Equal(expected.Trim(), Bash("-c", script).Output.Trim());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_script_is_short_and_its_parts_parse()
    {
        var findings = new Findings();
        foreach (string file in Repository.Files.Where(file => file is "dev" or ".ci/run" || file.EndsWith(".sh", StringComparison.Ordinal)))
        {
            if (Repository.Lines(file).Length > 400) findings.Add(file, "over 400 lines", "split it into eng/");
            (int status, string output) = Bash("-n", Repository.FullPath(file));
            if (status != 0) findings.Add(file, output.Trim(), "mend it");
        }
        findings.AssertNone();
    }

    private static (int, string) Trimmed((int Status, string Output) run) => (run.Status, run.Output.Trim());

    private static string[] HelpVerbs() =>
        [.. Run("--help").Output.Split('\n').Select(line => HelpLine().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).Distinct()];

    private static (int Status, string Output) Run(string verb) => Bash(Repository.FullPath("dev"), verb);

    private static (int Status, string Output) Bash(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    [GeneratedRegex(@"\./dev +([a-z][a-z-]*)")]
    private static partial Regex Invocation();

    [GeneratedRegex("^  ([a-z]+)( |$)")]
    private static partial Regex HelpLine();
}
