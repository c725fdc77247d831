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
