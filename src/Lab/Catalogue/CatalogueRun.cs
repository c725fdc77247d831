using System.Collections.Concurrent;
using Exeat.Lab.Topology;

namespace Exeat.Lab.Catalogue;

/// <summary>Makes the attacks of the catalogue against every column, the columns side by side, each in a lab of its own.</summary>
public sealed class CatalogueRun(CatalogueOptions options, Action<string> say)
{
    private readonly ConcurrentDictionary<(string Id, int Family), ConcurrentBag<string>> _progress = [];
    private int _done;

    /// <summary>Runs them; the labs' folders are made inside the given one.</summary>
    public async Task<CatalogueReport> RunAsync(LabState state)
    {
        (Attack Attack, int Family)[] all = [.. options.Attacks.SelectMany(a => a.Families.Where(f => options.Families.Contains(f)).Select(f => (a, f)))];
        Dictionary<(string Id, int Family), AttackSeen>[] seen = await Task.WhenAll(options.Columns.Select(column =>
            new ColumnRun(column, options, (attack, family, what) => Made(column, attack, family, what, all.Length)).RunAsync(state.Within(column.ToString().ToLowerInvariant()))));
        var byColumn = options.Columns.Zip(seen).ToDictionary(pair => pair.First, pair => pair.Second);
        return new CatalogueReport([.. all.Select(a => CatalogueRow.Of(a.Attack, a.Family, options.Columns, c => byColumn[c].GetValueOrDefault((a.Attack.Id, a.Family))))],
            [.. AttackCatalogue.Tests.Where(t => options.Attacks.Any(a => a.Line == t.Line))]);
    }

    // One line an attack and family, when the last column has made it.
    private void Made(AttackColumn column, Attack attack, int family, AttackSeen seen, int total)
    {
        ConcurrentBag<string> bag = _progress.GetOrAdd((attack.Id, family), _ => []);
        bag.Add($"{column.ToString().ToLowerInvariant()}: {(seen.Arrived ? "arrived" : "did not arrive")}{(seen.Fault.Length > 0 ? $" ({seen.Fault})" : "")}");
        int columns = options.Columns.Count(c => c switch
        {
            AttackColumn.Control => attack.NoControl.Length == 0,
            AttackColumn.Sabotage => attack.NoSabotage.Length == 0,
            _ => true,
        });
        if (bag.Count == columns) say($"{Interlocked.Increment(ref _done)}/{total}: {attack.Id} v{family}: {string.Join("; ", bag.Order(StringComparer.Ordinal))}");
    }
}
