using Exeat.Api;
using Exeat.Linux;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>What every check looks at: the gateway document, if one was given, and the machine's links and addresses, read once.</summary>
internal sealed class Ground
{
    public Ground(GatewayDocument? gateway, AgentsDocument? agents)
    {
        (Gateway, Agents) = (gateway, agents);
        using var links = new LinkTable();
        (Links, Addresses, Disciplines) = (links.Links(), links.Addresses(), links.Disciplines());
        Inside = gateway is null ? [] : [.. gateway.Inside.Select(Find).OfType<Link>()];
        Outside = gateway is null ? null : Find(gateway.Outside);
    }

    public GatewayDocument? Gateway { get; }

    /// <summary>Null: not given, or not readable yet; checks run before agents exist.</summary>
    public AgentsDocument? Agents { get; }

    public IReadOnlyList<Link> Links { get; }

    public IReadOnlyList<LinkAddress> Addresses { get; }

    public IReadOnlyList<(int Interface, string Kind)> Disciplines { get; }

    /// <summary>The inside interfaces that exist.</summary>
    public IReadOnlyList<Link> Inside { get; }

    public Link? Outside { get; }

    public uint MarkMask => Gateway?.MarkMask ?? GatewayDocument.DefaultMarkMask;

    /// <summary>Whether a table is one of ours.</summary>
    public static bool IsOurs(string family, string table) => family == "inet" && table is LockNames.DropTable or LockNames.DataTable;

    private Link? Find(string name) => Links.FirstOrDefault(l => l.Name == name);
}
