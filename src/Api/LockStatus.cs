namespace Exeat.Api;

/// <summary>What is in the kernel: the drop table, the routing rules that hold without it, and the data table by which permitted traffic passes.</summary>
public sealed record LockStatus(bool DropTable, bool RoutingRules, bool DataTable)
{
    /// <summary>Whether both locks hold.</summary>
    public bool Hold => DropTable && RoutingRules;
}
