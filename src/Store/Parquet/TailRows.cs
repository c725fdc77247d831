namespace Exeat.Store;

/// <summary>Rows of a tail at one moment.</summary>
/// <param name="Own">Row groups of days that have some of their own.</param>
/// <param name="Others">Those of all other days.</param>
/// <param name="Days">All days.</param>
internal sealed record TailRows(IReadOnlyDictionary<int, IReadOnlyList<PackedGroup>> Own, IReadOnlyList<PackedGroup> Others, IReadOnlyList<int> Days)
{
    public static TailRows None { get; } = new(new Dictionary<int, IReadOnlyList<PackedGroup>>(), [], []);

    public IEnumerable<PackedGroup> All => Own.Values.SelectMany(groups => groups).Concat(Others);
}
