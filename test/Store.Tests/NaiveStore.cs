using System.Text;
using Exeat.Flows;
using Exeat.Names;

namespace Exeat.Store.Tests;

/// <summary>The whole store in thirty lines: every event in a list, folded by <see cref="FlowFold"/> when asked.</summary>
internal sealed class NaiveStore
{
    private readonly EventReader _reader = new();
    private readonly Dictionary<(string, string), (string Gateway, FlowEvent Event)> _events = [];

    public int Count => _events.Count;

    public IEnumerable<string> Ids => _events.Values.Select(held => held.Event.Id);

    public void Add(string gateway, byte[] line)
    {
        Assert.Equal(LineRead.Found, _reader.TryRead(line, out FlowEvent? read));
        _events.TryAdd((gateway, read!.Id), (gateway, read));
    }

    /// <summary>Units: counted lines and notes each for themselves, all other events of a flow together, in the order of writing.</summary>
    public List<(string Gateway, FlowSummary Summary)> Units()
    {
        List<(string, FlowSummary)> units = [];
        foreach (IGrouping<string, (string Gateway, FlowEvent Event)> gateway in _events.Values.GroupBy(held => held.Gateway))
        {
            List<FlowEvent> written = [.. gateway.Select(held => held.Event).OrderBy(Epoch).ThenBy(Sequence)];
            units.AddRange(FlowFold.Fold(written.Where(e => e.Event != "counted")).Select(flow => (gateway.Key, flow)));
            units.AddRange(written.Where(e => e.Event == "counted").Select(e => (gateway.Key, FlowFold.Fold([e])[0])));
        }
        return units;
    }

    public static bool Chooses(FlowFilter f, string gateway, FlowSummary flow)
    {
        FlowEvent decision = flow.Decision, counts = flow.Counts ?? decision;
        long bytes = counts.BytesOut + counts.BytesIn;
        return (f.Since is null || flow.First >= f.Since) && (f.Until is null || flow.First < f.Until) && One(f.Gateways, gateway) && One(f.Agents, decision.Agent) && One(f.Classes, decision.Class)
            && (f.Labels.Count == 0 || f.Labels.Any(label => decision.Labels.Any(own => own.Key == label.Key && own.Value == label.Value)))
            && (f.From.Count == 0 || f.From.Any(g => (decision.Agent is not null && g.Agents.Contains(decision.Agent)) || Within(g.Prefixes, decision.Source)))
            && (f.Names.Count == 0 || f.Names.Any(wanted => flow.Names.Any(name => Matches(wanted, name.Name))))
            && (f.Sources.Count == 0 || Within(f.Sources, decision.Source)) && (f.Destinations.Count == 0 || Within(f.Destinations, decision.Destination))
            && (f.Ports.Count == 0 || f.Ports.Contains(decision.Port)) && One(f.Protocols, decision.Protocol)
            && (f.Rules.Count == 0 || One(f.Rules, decision.Rule) || One(f.Rules, decision.Would?.Rule) || One(f.Rules, decision.Monitored?.Rule))
            && One(f.Verdicts, flow.Outcome.Replace(' ', '-')) && One(f.Would, decision.Would?.Verdict) && One(f.Reasons, decision.Reason) && One(f.Proofs, decision.Proof)
            && One(f.Stages, decision.Stage) && One(f.Modes, decision.Mode) && One(f.PolicyVersions, decision.Policy)
            && (f.Flows.Count == 0 || One(f.Flows, flow.Flow)) && (f.MinBytes is null || bytes >= f.MinBytes);
    }

    private static bool Matches(string wanted, string name)
    {
        wanted = wanted.ToLowerInvariant();
        if (!wanted.Contains('*', StringComparison.Ordinal)) return wanted == name;
        // As a policy reads it, but as broad as one likes.
        bool anyDepth = wanted.StartsWith("**.", StringComparison.Ordinal);
        string[] labels = name.Split('.'), globs = (anyDepth ? wanted[3..] : wanted).Split('.');
        if (anyDepth ? labels.Length < globs.Length : labels.Length != globs.Length) return false;
        return globs.Zip(labels[^globs.Length..]).All(pair => LabelGlob.Matches(Encoding.UTF8.GetBytes(pair.First), Encoding.UTF8.GetBytes(pair.Second)));
    }

    private static bool One(IReadOnlyList<string> wanted, string? value) => wanted.Count == 0 || (value is not null && wanted.Contains(value));

    private static bool Within(IReadOnlyList<Prefix> prefixes, string? text) => text is not null && Address.TryParse(text, out Address address) && prefixes.Any(prefix => prefix.Contains(address));

    private static long Epoch(FlowEvent e) => long.Parse(e.Id.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static long Sequence(FlowEvent e) => long.Parse(e.Id.Split('/')[2], System.Globalization.CultureInfo.InvariantCulture);
}
