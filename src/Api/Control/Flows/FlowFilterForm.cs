namespace Exeat.Api.Control;

/// <summary>Chooses flows. Each list holds alternatives; all fields together must hold. As a query string each is a parameter that may be given several times, under its singular name.</summary>
public sealed record FlowFilterForm
{
    /// <summary>Flows that began then or later: a time, or a span back from now such as <c>1h</c>.</summary>
    public string? Since { get; init; }

    /// <summary>Flows that began before.</summary>
    public string? Until { get; init; }

    /// <summary>Agents.</summary>
    public IReadOnlyList<string>? Agents { get; init; }

    /// <summary>Classes.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>Labels of agents, each as <c>key=value</c>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>SmartGroups that the agent belongs to.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>SmartGroups that the destination belongs to.</summary>
    public IReadOnlyList<string>? ToGroups { get; init; }

    /// <summary>Names, or patterns as in a policy.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Source addresses or prefixes.</summary>
    public IReadOnlyList<string>? Sources { get; init; }

    /// <summary>Destination addresses or prefixes.</summary>
    public IReadOnlyList<string>? Destinations { get; init; }

    /// <summary>Destination ports.</summary>
    public IReadOnlyList<int>? Ports { get; init; }

    /// <summary>Protocols.</summary>
    public IReadOnlyList<string>? Protocols { get; init; }

    /// <summary>Rules, deciding or would-be.</summary>
    public IReadOnlyList<string>? Rules { get; init; }

    /// <summary>Outcomes: <c>permit</c>, <c>deny</c>, <c>would-deny</c>, <c>pending</c>, <c>note</c>.</summary>
    public IReadOnlyList<string>? Verdicts { get; init; }

    /// <summary>Would-be verdicts.</summary>
    public IReadOnlyList<string>? Would { get; init; }

    /// <summary>Reasons.</summary>
    public IReadOnlyList<string>? Reasons { get; init; }

    /// <summary>Proofs.</summary>
    public IReadOnlyList<string>? Proofs { get; init; }

    /// <summary>Stages.</summary>
    public IReadOnlyList<string>? Stages { get; init; }

    /// <summary>Gateways.</summary>
    public IReadOnlyList<string>? Gateways { get; init; }

    /// <summary>Versions of the policy.</summary>
    public IReadOnlyList<string>? PolicyVersions { get; init; }

    /// <summary>Modes.</summary>
    public IReadOnlyList<string>? Modes { get; init; }

    /// <summary>Flows, by UUID or denial id.</summary>
    public IReadOnlyList<string>? Flows { get; init; }

    /// <summary>At least so many bytes.</summary>
    public long? MinBytes { get; init; }

    /// <summary>At most so many bytes.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>As the query string of an address, without the question mark.</summary>
    public string ToQuery()
    {
        List<string> parts = [];
        void Text(string name, string? value)
        {
            if (value is not null) parts.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        void Texts(string name, IEnumerable<string>? values)
        {
            foreach (string value in values ?? []) Text(name, value);
        }

        Text("since", Since);
        Text("until", Until);
        Texts("agent", Agents);
        Texts("class", Classes);
        Texts("label", Labels);
        Texts("group", Groups);
        Texts("toGroup", ToGroups);
        Texts("name", Names);
        Texts("src", Sources);
        Texts("dst", Destinations);
        Texts("port", Ports?.Select(port => port.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Texts("protocol", Protocols);
        Texts("rule", Rules);
        Texts("verdict", Verdicts);
        Texts("would", Would);
        Texts("reason", Reasons);
        Texts("proof", Proofs);
        Texts("stage", Stages);
        Texts("gateway", Gateways);
        Texts("policyVersion", PolicyVersions);
        Texts("mode", Modes);
        Texts("flow", Flows);
        Text("minBytes", MinBytes?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Text("maxBytes", MaxBytes?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return string.Join('&', parts);
    }
}
