using System.Text.RegularExpressions;
using Exeat.Lab.Catalogue;

namespace Exeat.Repo.Tests;

/// <summary>Every line of the catalogue of escapes has an attack or a test, and every attack its rows in the matrix.</summary>
public sealed partial class CatalogueTests
{
    private const string Catalogue = "docs/escapes.md", Matrix = "docs/escape-matrix.md", ThreatModel = "docs/threat-model.md";

    private static string[] Lines { get; } = [.. Repository.Lines(Catalogue).Select(line => CatalogueLine().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

    private static string[] Covered { get; } =
        [.. AttackCatalogue.Attacks.Select(a => a.Line).Concat(AttackCatalogue.Tests.Select(t => t.Line)).Concat(AttackCatalogue.Open.Select(o => o.Line)).Distinct()];

    [Fact]
    public void Every_line_has_an_attack_or_a_test()
    {
        Assert.NotEmpty(Lines);
        var findings = new Findings();
        foreach (string line in Lines.Except(Covered)) findings.Add(Catalogue, $"{line} has neither attack nor test", "add one in src/Lab/Catalogue");
        foreach (string line in Covered.Except(Lines)) findings.Add("src/Lab/Catalogue", $"there is no line {line}", $"add it to {Catalogue}, or name one of its lines");
        foreach (var twice in Lines.GroupBy(line => line).Where(group => group.Count() > 1)) findings.Add(Catalogue, $"{twice.Key} stands there twice", "give each its id");
        findings.AssertNone();
    }

    [Fact]
    public void Ids_are_a_line_and_a_word_and_unique()
    {
        var findings = new Findings();
        foreach (var group in AttackCatalogue.Attacks.Select(a => a.Id).Concat(AttackCatalogue.Tests.Select(t => t.Id)).GroupBy(id => id))
        {
            if (group.Count() > 1) findings.Add("src/Lab/Catalogue", $"{group.Key} twice", "rename one");
            if (!AttackId().IsMatch(group.Key)) findings.Add("src/Lab/Catalogue", $"'{group.Key}'", "write a line, a hyphen and lower-case words: T3-overlap");
        }
        findings.AssertNone();
    }

    [Fact]
    public void An_attack_in_one_family_says_why()
    {
        foreach (Attack attack in AttackCatalogue.Attacks) Assert.True(attack.Families.Length == 2 || attack.OneFamily.Length > 0, attack.Id);
    }

    [Fact]
    public void Every_attack_has_its_rows_in_the_matrix_and_nothing_else_is_there()
    {
        var findings = new Findings();
        string[] due =
        [
            .. AttackCatalogue.Attacks.SelectMany(a => a.Families.Select(f => EscapeMatrix.RowOf(a, f))),
        ];
        string[] rows = [.. Repository.Lines(Matrix).Where(line => AttackRow().IsMatch(line))];
        string remedy = $"run exeat lab attack ID --matrix {Matrix} (or --all)";
        foreach (string row in due.Except(rows)) findings.Add(Matrix, $"lacks {row}", remedy);
        foreach (string row in rows.Except(due)) findings.Add(Matrix, $"has {row}", remedy);
        foreach (CatalogueTest test in AttackCatalogue.Tests)
        {
            if (!Repository.Text(Matrix).Contains($"| {test.Id} | {test.Title}", StringComparison.Ordinal)) findings.Add(Matrix, $"lacks {test.Id}", remedy);
        }
        findings.AssertNone();
    }

    [Fact]
    public void Every_test_that_the_catalogue_names_exists()
    {
        var findings = new Findings();
        foreach (CatalogueTest test in AttackCatalogue.Tests)
        {
            if (test.Tests.IsDefaultOrEmpty) findings.Add("src/Lab/Catalogue", $"{test.Id} names no test", "name one");
            foreach (string name in test.Tests)
            {
                string[] parts = name.Split('.');
                bool exists = parts.Length > 2 && Repository.Sources.Where(file => file.StartsWith("test/", StringComparison.Ordinal) && Path.GetFileName(file).Split('.')[0] == parts[^2])
                    .Any(file => Repository.Text(file) is var text && text.Contains($" {parts[^1]}(", StringComparison.Ordinal) && text.Contains($"namespace {string.Join('.', parts[..^2])};", StringComparison.Ordinal));
                if (!exists) findings.Add("src/Lab/Catalogue", $"{test.Id}: there is no test {name}", "name one that exists, as Namespace.Class.Method");
            }
        }
        findings.AssertNone();
    }

    [Fact]
    public void What_is_not_stopped_stands_in_the_threat_model()
    {
        string text = Repository.Text(ThreatModel);
        foreach (OpenLine line in AttackCatalogue.Open) Assert.True(Regex.IsMatch(text, $@"\b{line.Line}\b"), $"{ThreatModel} does not speak of {line.Line}");
    }

    [GeneratedRegex(@"^\| ([A-Z][0-9]+[a-z]?) \|")]
    private static partial Regex CatalogueLine();

    [GeneratedRegex(@"^[A-Z][0-9]+[a-z]?(-[a-z0-9]+)+$")]
    private static partial Regex AttackId();

    [GeneratedRegex(@"^\| \S+ \| IPv[46] \|")]
    private static partial Regex AttackRow();
}
