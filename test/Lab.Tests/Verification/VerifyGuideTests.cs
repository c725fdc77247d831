using System.Text.RegularExpressions;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Verification;

/// <summary>The commands of docs/verify.md, executed as they stand there: in the agent's place, and on the host outside.</summary>
public sealed partial class VerifyGuideTests
{
    [Fact]
    public async Task Every_command_of_the_guide_does_what_it_says()
    {
        await using var lab = new FarLab(guarded: true, mayAsk: true);
        await lab.InitializeAsync();
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        string folder = Directory.CreateDirectory(Path.Combine(lab.State.Scratch, "guide")).FullName, program = Path.Combine(folder, "exeat");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec {string.Join(' ', LabPrograms.Exeat)} \"$@\"\n");
        (string Place, string[] Lines)[] blocks = [.. Block().Matches(Guide()).Select(m => (m.Groups[1].Value, m.Groups[2].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)))];
        Assert.True(blocks.Sum(b => b.Lines.Length) >= 7, "docs/verify.md has lost its commands");
        foreach ((string place, string[] lines) in blocks)
        {
            foreach (string line in lines)
            {
                // The far side of this lab runs already, started as the guide says: with another port it would only stand beside it.
                if (place == "on the host outside")
                {
                    Assert.Equal($"exeat verify --far-side --far-port {FarLab.CountPort}", line);
                    continue;
                }
                string command = line.Replace("/etc/exeat/policy", Path.Combine(lab.State.Documents, LabFiles.PolicyName), StringComparison.Ordinal)
                    .Replace("/etc/exeat/agents.yaml", Path.Combine(lab.State.Documents, LabFiles.AgentsName), StringComparison.Ordinal)
                    .Replace("/var/lib/exeat/journal", lab.State.Journal, StringComparison.Ordinal)
                    .Replace("/run/exeat/gateway.sock", Path.Combine(lab.State.Folder, "gateway.sock"), StringComparison.Ordinal)
                    .Replace("/var/lib/exeat-verify", Path.Combine(folder, "results"), StringComparison.Ordinal);
                Finished ran = await Subprocess.RunAsync(
                    lab.Network.Inside("support-1", "sh", "-euc", $"chmod +x {program}; cd {folder}; PATH={folder}:$PATH; {command}"), TimeSpan.FromMinutes(3));
                Assert.True(ran.Succeeded, $"{line}: {ran.Status}\n{ran.Output}\n{ran.Errors}");
            }
        }
        Assert.True(File.Exists(Path.Combine(folder, "verify.xml")) && File.Exists(Path.Combine(folder, "results", "verify.ndjson")) && new FileInfo(Path.Combine(folder, "verify.json")).Length > 1000);
    }

    private static string Guide()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Exeat.slnx"))) root = root.Parent;
        Assert.NotNull(root);
        return File.ReadAllText(Path.Combine(root.FullName, "docs", "verify.md"));
    }

    [GeneratedRegex("<!-- executed: (.*?) -->\n```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
