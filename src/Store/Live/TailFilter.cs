using System.Text.RegularExpressions;
using Exeat.Flows;
using Exeat.Names;

namespace Exeat.Store;

/// <summary>A filter asked of single events, as they come in: a condition holds when this event's own fields meet it.</summary>
internal sealed class TailFilter
{
    private readonly FlowFilter _filter;
    private readonly Regex[] _patterns;
    private readonly HashSet<string> _names;

    public TailFilter(FlowFilter filter)
    {
        FilterSql.Check(filter);
        _filter = filter;
        string[] names = [.. filter.Names.Select(NameGlob.Canonical)];
        _names = [.. names.Where(name => !NameGlob.IsPattern(name))];
        _patterns = [.. names.Where(NameGlob.IsPattern).Select(name => new Regex(NameGlob.Expression(name), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant))];
    }

    public bool Matches(string gateway, FlowEvent read)
    {
        FlowFilter f = _filter;
        return (f.Since is null || read.Time >= f.Since) && (f.Until is null || read.Time < f.Until) && One(f.Gateways, gateway) && One(f.Agents, read.Agent) && One(f.Classes, read.Class)
            && (f.Labels.Count == 0 || f.Labels.Any(label => read.Labels.Contains(label)))
            && (f.From.Count == 0 || f.From.Any(group => (read.Agent is not null && group.Agents.Contains(read.Agent)) || Within(group.Prefixes, read.Source)))
            && (f.To.Count == 0 || f.To.Any(group => Within(group.Prefixes, read.Destination)))
            && (f.Sources.Count == 0 || Within(f.Sources, read.Source)) && (f.Destinations.Count == 0 || Within(f.Destinations, read.Destination))
            && (f.Ports.Count == 0 || f.Ports.Contains(read.Port)) && One(f.Protocols, read.Protocol)
            && (f.Rules.Count == 0 || One(f.Rules, read.Rule) || One(f.Rules, read.Would?.Rule) || One(f.Rules, read.Monitored?.Rule))
            && One(f.Verdicts, read.WouldDeny ? "would-deny" : read.Verdict ?? "note") && One(f.Would, read.Would?.Verdict) && One(f.Reasons, read.Reason) && One(f.Proofs, read.Proof)
            && One(f.Stages, read.Stage) && One(f.Modes, read.Mode) && One(f.PolicyVersions, read.Policy)
            && (f.Flows.Count == 0 || One(f.Flows, read.Flow) || One(f.Flows, read.Denial))
            && (f.MinBytes is null || read.BytesOut + read.BytesIn >= f.MinBytes) && (f.MaxBytes is null || read.BytesOut + read.BytesIn <= f.MaxBytes)
            && (f.Names.Count == 0 || AnyName(read.Names));
    }

    private bool AnyName(IReadOnlyList<FlowName> names)
    {
        foreach (FlowName name in names)
            if (_names.Contains(name.Name)) return true;
        return _patterns.Length > 0 && NamesText.Of(names) is { } text && _patterns.Any(pattern => pattern.IsMatch(text));
    }

    private static bool One(IReadOnlyList<string> wanted, string? value) => wanted.Count == 0 || (value is not null && wanted.Contains(value));

    private static bool Within(IReadOnlyList<Prefix> prefixes, string? text) => text is not null && Address.TryParse(text, out Address address) && prefixes.Any(prefix => prefix.Contains(address));
}
