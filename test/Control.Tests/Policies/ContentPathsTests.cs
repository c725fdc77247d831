using System.Collections.Immutable;
using CsCheck;
using Exeat.Control.Policies;
using Exeat.Policy;

namespace Exeat.Control.Tests.Policies;

/// <summary>Paths that people send become files nowhere but in their folder.</summary>
public sealed class ContentPathsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd.yaml")]
    [InlineData("../a.yaml")]
    [InlineData("a/../../b.yaml")]
    [InlineData("a/./b.yaml")]
    [InlineData("a//b.yaml")]
    [InlineData("a\\..\\b.yaml")]
    [InlineData("C:/a.yaml")]
    [InlineData(".hidden.yaml")]
    [InlineData("a/.git/b.yaml")]
    [InlineData("a\0.yaml")]
    [InlineData("a\u202E.yaml")]
    [InlineData("a.sh")]
    [InlineData("a.yaml/")]
    [InlineData("packs/base/a.yaml")]
    [InlineData("exeat-control.yaml")]
    [InlineData("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q.yaml")]
    public void A_path_that_leads_elsewhere_is_refused(string path) => Assert.NotEmpty(ContentPaths.Check(One(path, "x"), ""));

    [Theory]
    [InlineData("policy.yaml")]
    [InlineData("rules/web.yml")]
    [InlineData("a b/ü.yaml")]
    public void An_ordinary_path_is_taken(string path) => Assert.Empty(ContentPaths.Check(One(path, "x"), ""));

    [Fact]
    public void Number_size_and_form_are_bounded()
    {
        var many = Enumerable.Range(0, ContentPaths.MaxFiles + 1).ToImmutableDictionary(i => $"{i}.yaml", _ => "x");
        Assert.Contains("more than 1000", Assert.Single(ContentPaths.Check(many, "")).What, StringComparison.Ordinal);
        Assert.Contains("MiB", Assert.Single(ContentPaths.Check(One("a.yaml", new string('x', ContentPaths.MaxBytes + 1)), "")).What, StringComparison.Ordinal);
        Assert.Contains("not Unicode", Assert.Single(ContentPaths.Check(One("a.yaml", "\uDC00"), "")).What, StringComparison.Ordinal);
        Assert.Contains("no text", Assert.Single(ContentPaths.Check(One("a.yaml", null!), "")).What, StringComparison.Ordinal);
        Assert.NotEmpty(ContentPaths.Check(One("\U0001F600.yaml", "x"), ""));
        Assert.Contains("a file and a folder", Assert.Single(ContentPaths.Check(One("a.yaml", "x").Add("a.yaml/b.yaml", "x"), "")).What, StringComparison.Ordinal);
        Assert.NotEmpty(ContentPaths.Check(One("\uD800.yaml", "x"), ""));
        Assert.NotEmpty(ContentPaths.Check(One(new string('ü', 126) + "abc.yaml", "x"), ""));
    }

    [Fact]
    public void Whatever_is_let_through_is_read_back_from_its_own_folder() =>
        Gen.Select(Gen.OneOf("a", "b.yaml", "..", ".", "", "/", "\\", "packs", "x.yml", "ü", "\u0001", "con:").List[1, 5], Gen.Bool).Sample((parts, slashes) =>
        {
            string path = string.Join(slashes ? "/" : "", parts);
            if (!ContentPaths.Check(One(path, "text"), "").IsEmpty) return;
            using var folder = new ContentFolder();
            string root = folder.Write("policy", One(path, "text"));
            string[] files = Directory.GetFiles(Path.GetDirectoryName(root)!, "*", SearchOption.AllDirectories);
            Assert.Equal([Path.Combine(root, path)], files);
            // And it is what the loader reads of a folder: nothing is kept that is not part of the version.
            Assert.Single(DocumentPaths.Files(root));
        }, threads: 1);

    private static ImmutableDictionary<string, string> One(string path, string text) => ImmutableDictionary<string, string>.Empty.Add(path, text);
}
