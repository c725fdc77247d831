using Exeat.Api.Control;
using Exeat.Policy;

namespace Exeat.Control.Policies;

/// <summary>A stated time of monitor or of a break-glass permit.</summary>
internal sealed record PolicyWindow
{
    public const string Monitor = "monitor", BreakGlass = "break-glass";

    public required string Id { get; init; }

    public required string Kind { get; init; }

    public required PolicyWindowRequest Request { get; init; }

    public required string Actor { get; init; }

    public string? Approval { get; init; }

    public required DateTimeOffset Starts { get; init; }

    public required DateTimeOffset Ends { get; init; }

    public DateTimeOffset? Ended { get; init; }

    public string? EndedBy { get; init; }

    public bool IsActive(DateTimeOffset now) => Ended is null && now < Ends;

    /// <summary>Whether it means this gateway: one that it names, or any, with an agent of its own.</summary>
    public bool Touches(FleetGateway gateway) => (Request.Gateways.IsEmpty || Request.Gateways.Contains(gateway.Id)) && (gateway.Agents?.Agents ?? []).Any(Means);

    /// <summary>Whether it means this agent.</summary>
    public bool Means(AgentDocument agent) => Request.Agents.Contains(agent.Id) || (agent.Class.Length > 0 && Request.Classes.Contains(agent.Class));

    /// <summary>In words: for whom, to what, until when.</summary>
    public override string ToString()
    {
        string to = Kind == Monitor ? "" : $" to {string.Join(", ", Request.Names.Concat(Request.Cidrs))} ({Request.Protocol}/{string.Join(", ", Request.Ports)})";
        return $"{Kind} {Id} is open for {string.Join(", ", Request.Classes.Select(name => "class " + name).Concat(Request.Agents))}{to} until {Ends:yyyy-MM-dd HH:mm}Z";
    }

    public PolicyWindowEntry Entry(DateTimeOffset now) => new()
    {
        Id = Id,
        Kind = Kind,
        Request = Request,
        Actor = Actor,
        Approval = Approval,
        Starts = Starts,
        Ends = Ends,
        Ended = Ended,
        EndedBy = EndedBy,
        Active = IsActive(now),
    };
}
