using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Gateways;
using Exeat.Control.Http;
using Exeat.Policy;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Exeat.Control.Agents;

/// <summary>What people ask and do about agents.</summary>
internal static class AgentEndpoints
{
    private const long MaxUpload = 2 << 20;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/agents", List).RequireRole(Roles.Viewer).WithSummary("List agents");
        api.MapPost("/agents/{id}/quarantine", Quarantine).RequireRole(Roles.Operator).WithSummary("Cut an agent off");
        api.MapPost("/agents/{id}/release", Release).RequireRole(Roles.Operator).WithSummary("Let an agent go");
        api.MapGet("/gateways/{id}/agents", (string id, GatewayBook gateways, AgentsBook agents) =>
            agents.Newest(gateways.Demand(id).Id) is { } newest ? TypedResults.Ok(AgentsDesk.Form(newest)) : throw Refused.NotFound($"agents document of {id}", "exeat agents set GATEWAY FILE gives it one"))
            .RequireRole(Roles.Viewer).WithSummary("Show a gateway's agents document");
        api.MapPut("/gateways/{id}/agents", (string id, AgentsUpload asked, Actor actor, GatewayBook gateways, AgentsDesk desk) =>
            Answer(desk.Set(actor, gateways.Demand(id).Id, asked.Document, GatewayEndpoints.Reason(asked.Message))))
            .RequireRole(Roles.Operator).WithMetadata(new RequestSizeLimitAttribute(MaxUpload)).WithSummary("Give a gateway another agents document");
    }

    private static IResult List(int? limit, string? cursor, string? gateway, bool? quarantined, AgentsBook book, GatewayBook gateways)
    {
        PageRequest page = PageRequest.Of(limit, cursor);
        Dictionary<(string, string), Quarantine> cut = book.Quarantines().ToDictionary(one => (one.Gateway, one.Agent));
        Dictionary<string, string?> runs = gateways.All().Where(row => row.Revoked is null).ToDictionary(row => row.Id, row => row.AgentsHash);
        Dictionary<string, bool> applied = runs.ToDictionary(one => one.Key, one => one.Value is not null && book.Desired(one.Key) is { } text && AgentsText.Hash(text) == one.Value);
        AgentSummary[] rows =
        [
            .. book.All().Where(one => runs.ContainsKey(one.Gateway) && (gateway is null || one.Gateway == gateway))
                .Select(one => Summary(one.Gateway, one.Agent, cut.GetValueOrDefault((one.Gateway, one.Agent.Id)), applied[one.Gateway]))
                .Where(one => quarantined is null || one.Quarantined == quarantined)
                .OrderBy(Key, StringComparer.Ordinal).Where(one => page.After is null || string.CompareOrdinal(Key(one), page.After) > 0).Take(page.Limit + 1),
        ];
        return TypedResults.Ok(page.Page(rows, Key));
    }

    private static IResult Quarantine(string id, QuarantineRequest asked, Actor actor, AgentsBook book)
    {
        string reason = GatewayEndpoints.Reason(asked.Reason);
        foreach ((string gateway, _) in Where(id, asked.Gateway, book)) book.Quarantine(actor, gateway, id, reason);
        return TypedResults.NoContent();
    }

    private static IResult Release(string id, QuarantineRequest asked, Actor actor, AgentsBook book)
    {
        string reason = GatewayEndpoints.Reason(asked.Reason);
        ImmutableArray<(string Gateway, AgentDocument? Agent)> where = Where(id, asked.Gateway, book);
        if (where.FirstOrDefault(one => one.Agent?.Quarantined == true) is { Agent: not null } declared)
            throw Refused.Conflict($"the agents document of {declared.Gateway} itself says that {id} is quarantined", $"take it out there: exeat agents set {declared.Gateway} FILE");
        foreach ((string gateway, _) in where) book.Release(actor, gateway, id, reason);
        return TypedResults.NoContent();
    }

    // Where there is such an agent, or a quarantine of one that left its document.
    private static ImmutableArray<(string Gateway, AgentDocument? Agent)> Where(string id, string? gateway, AgentsBook book)
    {
        ImmutableArray<(string, AgentDocument?)> found =
        [
            .. book.All().Where(one => one.Agent.Id == id && (gateway is null || one.Gateway == gateway)).Select(one => (one.Gateway, (AgentDocument?)one.Agent)),
        ];
        ImmutableArray<(string, AgentDocument?)> left = [.. book.Quarantines().Where(one => one.Agent == id && (gateway is null || one.Gateway == gateway) && !found.Any(f => f.Item1 == one.Gateway)).Select(one => (one.Gateway, (AgentDocument?)null))];
        return found.Length + left.Length > 0 ? [.. found, .. left] : throw Refused.NotFound($"agent {id}{(gateway is null ? "" : $" on {gateway}")}", "exeat agents list shows those that there are");
    }

    private static AgentSummary Summary(string gateway, AgentDocument agent, Quarantine? cut, bool applied) => new()
    {
        Gateway = gateway,
        Id = agent.Id,
        Class = agent.Class,
        Interface = agent.Interface,
        Addresses = [.. agent.Addresses.Select(address => address.ToString())],
        Labels = agent.Labels.ToImmutableSortedDictionary(StringComparer.Ordinal),
        Quarantined = agent.Quarantined || cut is not null,
        QuarantinedByDocument = agent.Quarantined,
        Since = cut?.Since,
        By = cut?.By,
        Reason = cut?.Reason,
        Applied = applied,
    };

    private static string Key(AgentSummary agent) => $"{agent.Gateway}/{agent.Id}";

    // 202 when it waits for a second person.
    private static Results<Ok<AgentsDocumentVersion>, Accepted<AgentsDocumentVersion>> Answer(AgentsDocumentVersion version) =>
        version.Approval is { } approval ? TypedResults.Accepted($"/api/v1/approvals/{approval}", version) : TypedResults.Ok(version);
}
