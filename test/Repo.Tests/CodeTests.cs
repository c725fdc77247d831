using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Exeat.Repo.Tests;

/// <summary>Where unsafe code may be, and which words name nothing.</summary>
public sealed partial class CodeTests
{
    private static readonly ImmutableHashSet<string> Banned =
    [
        "Manager", "Managers", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Service", "Services", "Processor", "Handler",
        "Handlers", "Common", "Base", "Impl", "Info", "Infos", "Data",
    ];

    [Fact]
    public void Unsafe_code_is_allowed_in_Linux_only()
    {
        var findings = new Findings();
        string[] settings = ["Directory.Build.props", "Directory.Build.targets", .. Repository.Projects.Select(project => project.File)];
        foreach (string file in settings.Where(Repository.Exists))
        {
            bool allows = Repository.Text(file).Contains("AllowUnsafeBlocks", StringComparison.Ordinal);
            if (allows && file != "src/Linux/Exeat.Linux.csproj") findings.Add(file, "allows unsafe code", "unsafe code lives in src/Linux");
        }
        findings.AssertNone();
    }

    [Fact]
    public void Native_calls_live_in_one_folder()
    {
        var findings = new Findings();
        foreach (string file in Repository.Sources)
        {
            if (file.StartsWith("src/Linux/Native/", StringComparison.Ordinal)) continue;
            if (NativeCall().IsMatch(Repository.Text(file))) findings.Add(file, "declares a native call", "put it into src/Linux/Native");
        }
        findings.AssertNone();
    }

    [Fact]
    public void Programs_are_started_by_paths_that_no_agent_decides()
    {
        var findings = new Findings();
        foreach (string file in Repository.Sources.Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file != "src/Linux/Programs/ToolPath.cs"))
        {
            foreach (string line in Repository.Lines(file).Where(line => StartByName().IsMatch(line))) findings.Add(file, $"starts a program in a way of its own: {line.Trim()}", "ToolPath.Start, or ToolPath.Of for a name among arguments");
        }
        findings.AssertNone();
    }

    [Theory]
    [InlineData("Process.Start(\"kill\", [\"-TERM\"])")]
    [InlineData("Process.Start(file, arguments)")]
    [InlineData("var start = new ProcessStartInfo(\"setsid\", _command)")]
    [InlineData("ProcessStartInfo start = new(file, arguments)")]
    [InlineData("StartInfo = new(\"ip\")")]
    [InlineData("start.FileName = \"ip\";")]
    [InlineData("EntryPoint = \"posix_spawnp\"")]
    public void Such_a_start_is_found(string line) => Assert.Matches(StartByName(), line);

    [Fact]
    public void Names_of_types_and_files_say_what_they_hold_or_do()
    {
        var findings = new Findings();
        foreach (string file in Repository.Sources.Where(file => !Repository.IsMaterial(file)))
        {
            IEnumerable<string> named = file.Split('/').Select(part => part.Replace(".cs", "", StringComparison.Ordinal));
            IEnumerable<string> declared = Repository.Lines(file)
                .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(line => Declaration().Matches(line))
                .Select(match => match.Groups["name"].Value);
            foreach (string name in named.Concat(declared).Distinct())
            {
                string? word = Words().Matches(name).Select(match => match.Value).FirstOrDefault(Banned.Contains);
                if (word is not null) findings.Add(file, $"'{name}' contains '{word}'", "say what it holds or does");
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_test_can_run()
    {
        var findings = new Findings();
        foreach (string file in Repository.Sources.Where(file => file.StartsWith("test/", StringComparison.Ordinal)))
        {
            if (SkippedForEver().IsMatch(Repository.Text(file))) findings.Add(file, "a test is switched off for good", "mend or delete it");
        }
        findings.AssertNone();
    }

    [GeneratedRegex(@"\[\s*(LibraryImport|DllImport)\b")]
    private static partial Regex NativeCall();

    [GeneratedRegex(@"new\s+(System\.Diagnostics\.)?ProcessStartInfo\b|ProcessStartInfo\??\s+\w+\s*=\s*new|StartInfo\s*=\s*new|Process\.Start\((?!start\)|ToolPath\.Start\()|\.FileName\s*=(?!=|\s*ToolPath\.)|""(posix_spawnp|execvpe?)""")]
    private static partial Regex StartByName();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record)\s+(struct\s+|class\s+)?(?<name>[A-Z]\w*)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")]
    private static partial Regex Words();

    [GeneratedRegex(@"\[(Fact|Theory)\([^)]*\bSkip\s*=")]
    private static partial Regex SkippedForEver();
}
