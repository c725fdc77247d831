using System.Formats.Tar;
using System.IO.Compression;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Tests.Operation;

/// <summary><c>exeat support-bundle</c> of a gateway with records.</summary>
public sealed class SupportBundleTests
{
    private const string Secret = "hunter2hunter2", Name = "api.openai.com";

    [Fact]
    public async Task A_bundle_is_listed_redacted_written_once_and_for_its_owner_only()
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        await using var lab = new EnforcedLab();
        await lab.InitializeAsync();
        Outcome denied = await lab.TryAsync("https", Name, 4);
        Assert.NotNull(await lab.RecordOfAsync(denied));
        string config = Path.Combine(lab.State.Documents, LabFiles.GatewayName), file = Path.Combine(lab.State.Scratch, "bundle.tar.gz");
        await File.AppendAllTextAsync(config, $"# api-key: {Secret}\n");
        string[] command = [.. LabPrograms.Exeat, "support-bundle", "--config", config, "--out", file, "--with-policy"];

        // Without --yes: the list, and nothing else.
        Finished listed = await lab.RunAsync(LabPlan.Gateway, ["sh", "-c", "exec \"$@\" < /dev/null", "sh", .. command]);
        Assert.Equal(0, listed.Status);
        foreach (string part in (string[])["about.txt", "status.json", "preflight.txt", "ruleset.nft", "routing-rules.txt", "settings.txt", "process.txt", "gateway.yaml", "records.ndjson", "policy/policy.yaml"]) Assert.Contains(part, listed.Output);
        Assert.Contains("1 secrets taken out", listed.Output);
        Assert.False(File.Exists(file));

        // Control: without --redact the name is in the records.
        Assert.Equal(0, (await lab.RunAsync(LabPlan.Gateway, [.. command, "--yes"])).Status);
        Dictionary<string, string> plain = Read(file);
        Assert.Contains(Name, plain["records.ndjson"]);
        Assert.DoesNotContain(Secret, string.Concat(plain.Values));
        Assert.DoesNotContain("\"labels\"", plain["records.ndjson"]);
        Assert.Contains("\"enforcing\":true", plain["status.json"]);
        Assert.Contains("table inet exeat_base", plain["ruleset.nft"]);
        Assert.Contains("NoNewPrivs", plain["process.txt"]);
        if (OperatingSystem.IsLinux()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        byte[] before = await File.ReadAllBytesAsync(file);
        Finished again = await lab.RunAsync(LabPlan.Gateway, [.. command, "--yes"]);
        Assert.Equal(2, again.Status);
        Assert.Contains("is not written over", again.Errors);
        Assert.Equal(before, await File.ReadAllBytesAsync(file));

        string second = file.Replace("bundle", "second", StringComparison.Ordinal);
        Assert.Equal(0, (await lab.RunAsync(LabPlan.Gateway, [.. LabPrograms.Exeat, "support-bundle", "--config", config, "--out", second, "--redact", "names", "--yes"])).Status);
        Dictionary<string, string> redacted = Read(second);
        Assert.DoesNotContain(Name, string.Concat(redacted.Values));
        Assert.Contains("\"name-", redacted["records.ndjson"]);
        Assert.DoesNotContain("policy/policy.yaml", redacted.Keys);
    }

    private static Dictionary<string, string> Read(string file)
    {
        using var compressed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var archive = new TarReader(compressed);
        Dictionary<string, string> parts = [];
        while (archive.GetNextEntry() is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            parts[entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]] = reader.ReadToEnd();
        }
        return parts;
    }
}
