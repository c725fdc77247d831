namespace Exeat.Api;

/// <summary>
/// What is in the kernel: the drop table, the routing rules that hold without it, the data table by which permitted traffic passes, and the rules that finish what agents left
/// unfinished of checksums before it is judged.
/// </summary>
public sealed record LockStatus(bool DropTable, bool RoutingRules, bool DataTable, bool ChecksumRules)
{
    /// <summary>Whether both locks hold.</summary>
    public bool Hold => DropTable && RoutingRules;
}
