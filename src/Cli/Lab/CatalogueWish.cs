using System.Collections.Immutable;
using Exeat.Lab.Catalogue;

namespace Exeat.Cli;

/// <summary>What somebody asked of the catalogue: ids or lines (none: all of it), a family (null: both).</summary>
internal sealed record CatalogueWish(ImmutableArray<string> Ids, int? Family, bool Sabotage, bool Json, bool Quiet)
{
    /// <summary>The same wish as arguments, for the command inside.</summary>
    public IEnumerable<string> Arguments =>
    [
        .. Ids.IsEmpty ? ["--all"] : Ids,
        .. Family is { } family ? ["--family", $"{family}"] : (string[])[],
        .. Sabotage ? ["--sabotage"] : (string[])[],
    ];

    /// <summary>The attacks that are meant, in the catalogue's order.</summary>
    public IReadOnlyList<Attack> Choose()
    {
        if (Ids.IsEmpty) return AttackCatalogue.Attacks;
        HashSet<string> chosen = [];
        foreach (string id in Ids)
        {
            IReadOnlyList<Attack> found = AttackCatalogue.Find(id);
            if (found.Count == 0)
            {
                string[] near = [.. AttackCatalogue.Attacks.Select(a => a.Id).Where(a => id.Length > 0 && a.StartsWith(id[..1], StringComparison.OrdinalIgnoreCase)).Take(6)];
                CatalogueTest[] tests = [.. AttackCatalogue.Tests.Where(t => t.Id.Equals(id, StringComparison.OrdinalIgnoreCase) || t.Line.Equals(id, StringComparison.OrdinalIgnoreCase))];
                throw new CommandFailure(ExitCode.InputWrong, tests.Length > 0
                    ? $"{tests[0].Id} is no attack of the lab ({tests[0].Because}); it is tested by {string.Join(", ", tests[0].Tests)}"
                    : $"the catalogue has no attack '{id}'; {(near.Length > 0 ? $"it has {string.Join(", ", near)} … " : "")}all of them: exeat lab attack --list");
            }
            chosen.UnionWith(found.Select(a => a.Id));
        }
        return [.. AttackCatalogue.Attacks.Where(a => chosen.Contains(a.Id))];
    }
}
