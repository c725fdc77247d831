using System.Text;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>Names to try a rule with: those that the policy's own tests name, then its exact names, then one of each pattern's family.</summary>
internal static class NameSamples
{
    /// <summary>All of them, the likeliest to exist first; each once.</summary>
    public static IEnumerable<DomainName> Of(Rule rule, Policy.Policy policy, DateTimeOffset now)
    {
        NamePattern[] patterns = [.. rule.ToNames.Where(entry => !entry.IsExpired(now)).Select(entry => entry.Pattern)];
        IEnumerable<DomainName> tested = policy.Tests.Select(test => test.To.Name).OfType<DomainName>().Where(name => patterns.Any(p => p.Matches(name.Bytes)));
        IEnumerable<DomainName> written = patterns.OrderBy(p => p.IsExact ? 0 : p.IsAnyDepth ? 1 : 2).Select(Of).OfType<DomainName>();
        return tested.Concat(written).DistinctBy(name => name.Text);
    }

    /// <summary>A name that belongs to the pattern; null when our guess does not.</summary>
    public static DomainName? Of(NamePattern pattern)
    {
        string text = pattern.Text;
        if (text.StartsWith("**.", StringComparison.Ordinal)) text = text[3..];
        if (text.StartsWith("*.", StringComparison.Ordinal)) text = "www" + text[1..];
        text = text.Replace("**", "a", StringComparison.Ordinal).Replace('*', 'a');
        DomainName? name = Read(text);
        return name is not null && pattern.Matches(name.Bytes) ? name : null;
    }

    /// <summary>Reads a name; null when it is none.</summary>
    public static DomainName? Read(string text)
    {
        Span<byte> canonical = stackalloc byte[CanonicalName.MaxBytes];
        if (!Ascii.IsValid(text) || text.Length > CanonicalName.MaxBytes) return null;
        return CanonicalName.TryWrite(Encoding.ASCII.GetBytes(text), canonical, out int written) == NameProblem.None ? DomainName.FromCanonical(canonical[..written]) : null;
    }
}
