namespace Exeat.Store;

/// <summary>What is durable but not Parquet yet. Filled, then frozen and written out while the next one fills.</summary>
internal sealed class StoreTail(long number)
{
    public TailPages Flows { get; } = new(FlowColumns.Shapes);

    public TailPages Sums { get; } = new(SumColumns.Shapes);

    public TailPages Events { get; } = new(EventColumns.Shapes);

    public long Number { get; } = number;

    /// <summary>What questions see of it.</summary>
    public ShownTail Shown { get; private set; } = new(TailRows.None, TailRows.None, TailRows.None);

    /// <summary>Events in it that questions see.</summary>
    public long Count { get; private set; }

    /// <summary>Rows of flows in it, also those that were replaced.</summary>
    public long FlowRows { get; private set; }

    /// <summary>Bytes that it keeps in memory.</summary>
    public long Bytes => Flows.Bytes + Sums.Bytes + Events.Bytes;

    public void Show(int events, int flowRows)
    {
        (Count, FlowRows) = (Count + events, FlowRows + flowRows);
        Shown = new ShownTail(Flows.Shown(), Sums.Shown(), Events.Shown());
    }
}
