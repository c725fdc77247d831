using System.Collections.Immutable;

namespace Exeat.Policy;

/// <summary>Every mapping of our documents, by the names of the definitions in Schemas/*.schema.json.</summary>
internal static class Shapes
{
    public static readonly Shape Policy = new("policy", ["apiVersion", "kind"],
        ["mode", "monitorUntil", "default", "pack", "include", "parameters", "smartGroups", "webGroups", "rules", "tests"]);

    public static readonly Shape Include = new("include", ["pack"], ["version", "sha256", "with"]);

    public static readonly Shape Pack = new("pack", ["version", "why"], []);

    public static readonly Shape Parameter = new("parameter", [], ["default", "why"]);

    public static readonly Shape SmartGroup = new("smartGroup", [], ["cidrs", "class", "labels", "agents", "anyOf", "mode", "monitorUntil"]);

    public static readonly Shape Selector = new("selector", [], ["cidrs", "class", "labels", "agents"]);

    public static readonly Shape WebGroup = new("webGroup", ["names"], ["without"])
    {
        Later = [("urls", "URL entries need decrypted flows, which come later; write the names")],
    };

    public static readonly Shape Approval = new("approval", ["provider", "owner", "why"], []);

    public static readonly Shape NameEntry = new("nameEntry", ["name"], ["owner", "why", "expires", "tier", "provider"])
    {
        Later = [("url", "URL entries need decrypted flows, which come later; write name"), ("methods", "methods need decrypted flows, which come later")],
    };

    public static readonly Shape Rule = new("rule", ["name", "priority", "action"],
        ["from", "to", "resolve", "protocol", "ports", "log", "proof", "decrypt", "mode", "owner", "why", "expires"]);

    public static readonly Shape To = new("to", [], ["groups", "names"])
    {
        Later = [("cidrs", "declare a smartGroup with these cidrs and write to: {groups: [NAME]}"), ("urls", "URL entries need decrypted flows, which come later")],
    };

    public static readonly Shape Test = new("test", ["agent", "to", "expect"], ["at", "sni"]);

    public static readonly Shape Agents = new("agents", ["apiVersion", "kind", "agents"], []);

    public static readonly Shape Agent = new("agent", ["id"], ["class", "interface", "addresses", "mac", "labels", "quarantined"]);

    public static readonly Shape Gateway = new("gateway",
        ["apiVersion", "kind", "id", "inside", "outside", "agents", "policy", "dns", "journal", "state"], ["packs", "management", "limits", "markMask"]);

    public static readonly Shape Dns = new("dns", ["intercept", "upstream"], []);

    public static readonly Shape Journal = new("journal", ["dir"], ["maxBytes"]);

    public static readonly Shape Management = new("management", [], ["socket", "metrics"]);

    public static readonly Shape Limits = new("limits", [], [.. GatewayLimitKeys.All.Select(limit => limit.Key)]);

    public static readonly Shape Control = new("control", ["apiVersion", "kind", "data"], ["listen", "names", "tls", "store", "limits"]);

    public static readonly Shape ControlListen = new("controlListen", [], ["people", "gateways"]);

    public static readonly Shape ControlTls = new("controlTls", ["certificate", "key"], []);

    public static readonly Shape ControlStore = new("controlStore", [], ["maxBytes", "maxAgeDays", "memory"]);

    public static readonly Shape ControlLimits = new("controlLimits", [], [.. ControlLimitKeys.All.Select(limit => limit.Key)]);

    /// <summary>All shapes with the schema that defines them.</summary>
    public static ImmutableArray<(DocumentKind Kind, Shape Shape)> All { get; } =
    [
        (DocumentKind.Policy, Policy), (DocumentKind.Policy, Pack), (DocumentKind.Policy, Include), (DocumentKind.Policy, Parameter), (DocumentKind.Policy, SmartGroup),
        (DocumentKind.Policy, Selector), (DocumentKind.Policy, WebGroup), (DocumentKind.Policy, NameEntry), (DocumentKind.Policy, Rule),
        (DocumentKind.Policy, Approval), (DocumentKind.Policy, To), (DocumentKind.Policy, Test),
        (DocumentKind.Agents, Agents), (DocumentKind.Agents, Agent),
        (DocumentKind.Gateway, Gateway), (DocumentKind.Gateway, Dns), (DocumentKind.Gateway, Journal), (DocumentKind.Gateway, Management),
        (DocumentKind.Gateway, Limits),
        (DocumentKind.Control, Control), (DocumentKind.Control, ControlListen), (DocumentKind.Control, ControlTls), (DocumentKind.Control, ControlStore),
        (DocumentKind.Control, ControlLimits),
    ];

    public static Shape Of(DocumentKind kind) => kind switch
    {
        DocumentKind.Policy => Policy,
        DocumentKind.Agents => Agents,
        DocumentKind.Control => Control,
        _ => Gateway,
    };
}
