using System.Text.RegularExpressions;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Course;

/// <summary>The example of docs/operations.md, executed as it stands there.</summary>
public sealed partial class WorkedExampleTests
{
    [Fact]
    public async Task The_worked_example_permits_refuses_and_records()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string folder = Directory.CreateTempSubdirectory("exeat-example").FullName;
        string script = $"cd '{folder}'; chmod +x bin/*; export PATH=\"{folder}/bin:$PATH\"\n" + Script();
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        foreach ((string name, IReadOnlyList<string> command) in ((string, IReadOnlyList<string>)[])[("exeat", LabPrograms.Exeat), ("exeat-gateway", LabPrograms.Gateway)])
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "bin", name), $"#!/bin/sh\nexec {string.Join(' ', command)} \"$@\"\n");
        }
        Finished run = await Subprocess.RunAsync(
            ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "bash", "-c", script], TimeSpan.FromSeconds(60));
        Assert.True(run.Succeeded, run.Output + run.Errors);
        Assert.Matches("permitted: [1-9][0-9]* bytes", run.Output);
        Assert.Contains("refused: curl ended with 7", run.Output, StringComparison.Ordinal);
        Assert.Contains(",permit,allow-web,permitted-by-rule,", run.Output, StringComparison.Ordinal);
        Assert.Contains(",deny,default-deny,default-deny,", run.Output, StringComparison.Ordinal);
        Assert.Contains("Agent a1 (coding) was refused", run.Output, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static string Script()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Exeat.slnx"))) root = root.Parent;
        Assert.NotNull(root);
        Match block = Block().Match(File.ReadAllText(Path.Combine(root.FullName, "docs", "operations.md")));
        Assert.True(block.Success, "docs/operations.md has lost its worked example");
        return block.Groups[1].Value;
    }

    [GeneratedRegex("<!-- worked-example.*?```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
