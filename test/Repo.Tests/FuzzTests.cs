using System.Text.RegularExpressions;

namespace Exeat.Repo.Tests;

/// <summary>Every reader of bytes from outside is fuzzed, and every fuzz target begins with something.</summary>
public sealed partial class FuzzTests
{
    // Readers that no bytes from outside reach by themselves, or that are too small to err: why each has no target.
    private static readonly Dictionary<string, string> WithoutTarget = new()
    {
        ["HttpText"] = "read by HttpHead",
        ["RequestLine"] = "read by HttpHead",
        ["ZeroRtt"] = "compares with zeros",
        ["DnsName"] = "read by DnsMessageReader",
    };

    [Fact]
    public void Every_reader_of_bytes_has_a_fuzz_target()
    {
        string fuzz = string.Join('\n', Repository.Sources.Where(file => file.StartsWith("fuzz/", StringComparison.Ordinal)).Select(Repository.Text));
        var findings = new Findings();
        string[] readers = [.. Repository.Sources.Where(IsOurs).Where(file => Reader().IsMatch(Repository.Text(file)))];
        Assert.True(readers.Length > 20, $"{readers.Length} readers: this rule finds none any more");
        foreach (string file in readers)
        {
            string type = Path.GetFileNameWithoutExtension(file);
            if (WithoutTarget.ContainsKey(type) || Regex.IsMatch(fuzz, $@"\b{type}\b")) continue;
            findings.Add(file, $"{type} reads bytes and no fuzz target runs it", "add a target in fuzz/Targets, or say in FuzzTests why it needs none");
        }
        foreach (string type in WithoutTarget.Keys.Where(type => !readers.Any(file => Path.GetFileNameWithoutExtension(file) == type)))
            findings.Add("test/Repo.Tests/FuzzTests.cs", $"{type} is no reader any more", "take its line out");
        findings.AssertNone();
    }

    [Fact]
    public void Every_fuzz_target_has_a_corpus_of_modest_size_and_every_corpus_a_target()
    {
        const int mostFiles = 220, mostBytes = 400_000;
        string fuzz = string.Join('\n', Repository.Sources.Where(file => file.StartsWith("fuzz/", StringComparison.Ordinal)).Select(Repository.Text));
        string[] targets = [.. TargetName().Matches(fuzz).Select(match => match.Groups[1].Value + match.Groups[2].Value).Where(name => name != "planted").Distinct()];
        var corpora = Repository.Files.Where(file => file.StartsWith("fuzz/corpus/", StringComparison.Ordinal)).ToLookup(file => file.Split('/')[2]);
        var findings = new Findings();
        Assert.True(targets.Length > 20, $"{targets.Length} targets: this rule finds none any more");
        foreach (string target in targets.Where(target => !corpora.Contains(target))) findings.Add($"fuzz/corpus/{target}", "is not there", "put valid inputs into it");
        foreach (IGrouping<string, string> corpus in corpora)
        {
            long bytes = corpus.Sum(file => new FileInfo(Repository.FullPath(file)).Length);
            if (!targets.Contains(corpus.Key)) findings.Add($"fuzz/corpus/{corpus.Key}", "belongs to no target", "remove it, or add the target");
            if (corpus.Count() > mostFiles || bytes > mostBytes) findings.Add($"fuzz/corpus/{corpus.Key}", $"{corpus.Count()} files, {bytes} bytes", $"./dev fuzz {corpus.Key} --minimize");
        }
        findings.AssertNone();
    }

    private static bool IsOurs(string file) => ReadersLiveIn().IsMatch(file);

    [GeneratedRegex("^src/(Names|Wire|Linux|Policy|Flows|Gateway|Store)/")]
    private static partial Regex ReadersLiveIn();

    // A method that reads: named so, and given bytes, text or a message of the kernel's first.
    [GeneratedRegex(@"^    (public|internal) [^=(]*\b(TryRead\w*|Read|ReadAfterRetry|TryOpen|TryParse|Classify|Follow|Is(All|Token|Authentic))\((scoped )?(in )?((ReadOnlySpan<(byte|char)>|byte\[\]|NetlinkMessage) |string (text|to)[,)])", RegexOptions.Multiline)]
    private static partial Regex Reader();

    [GeneratedRegex("Name => \"([a-z0-9-]+)\"|new DocumentTarget\\(\"([a-z0-9-]+)\"")]
    private static partial Regex TargetName();
}
