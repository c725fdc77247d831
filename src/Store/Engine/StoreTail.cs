namespace Exeat.Store;

/// <summary>Tables in memory of what is durable but not Parquet yet. Filled, then frozen and written out while the next one fills.</summary>
internal sealed class StoreTail(long number)
{
    public string Flows { get; } = FormattableString.Invariant($"flows_{number}");

    public string Events { get; } = FormattableString.Invariant($"events_{number}");

    public string Sums { get; } = FormattableString.Invariant($"sums_{number}");

    public long Number { get; } = number;

    /// <summary>Events in it.</summary>
    public long Count { get; set; }

    /// <summary>Rows of flows in it, also those that were replaced.</summary>
    public long FlowRows { get; set; }
}
