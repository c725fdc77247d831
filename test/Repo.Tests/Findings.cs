namespace Exeat.Repo.Tests;

/// <summary>Collects what breaks a rule, so that one run shows everything: what, where, and what to do about it.</summary>
internal sealed class Findings
{
    private readonly List<string> _findings = [];

    public void Add(string where, string what, string remedy) => _findings.Add($"{where}: {what}; {remedy}");

    public void AssertNone() => Assert.True(_findings.Count == 0, $"{_findings.Count} found:\n{string.Join('\n', _findings)}");
}
