using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>Keeps records as values; can refuse like a full disk.</summary>
internal sealed class RecordingSink : IFlowSink
{
    private readonly Lock _gate = new();
    private readonly List<RecordedFlow> _records = [];

    public bool Refuses { get; set; }

    /// <summary>Runs while a record is being written, before it counts as written.</summary>
    public Action? Writing { get; set; }

    public RecordedFlow[] Records
    {
        get { lock (_gate) return [.. _records]; }
    }

    public RecordedFlow Last => Records[^1];

    public bool Record(in FlowDraft draft, out Guid told)
    {
        told = draft.Flow;
        Writing?.Invoke();
        if (Refuses) return false;
        var names = new List<string>();
        if (!draft.ClaimedName.IsEmpty) names.Add($"{draft.ClaimSource} {System.Text.Encoding.ASCII.GetString(draft.ClaimedName)}");
        foreach (Exeat.Names.DomainName name in draft.Cnames) names.Add($"Cname {name}");
        string? would = draft.WouldRule is null ? null : $"{draft.WouldVerdict} by {draft.WouldRule}";
        var record = new RecordedFlow(
            draft.Kind, draft.AgentId, draft.Source.ToString(), draft.Destination.ToString(), draft.Protocol, draft.Port, string.Join(", ", names), draft.RuleName, draft.Reason,
            draft.Verdict, draft.Stage, draft.Mode, draft.Enforced, would, System.Text.Encoding.ASCII.GetString(draft.Denial), draft.Count, draft.Generation);
        lock (_gate) _records.Add(record);
        return true;
    }
}

/// <summary>One record.</summary>
internal sealed record RecordedFlow(
    FlowEventKind Kind, string? Agent, string Source, string Destination, byte Protocol, ushort Port, string Names, string? Rule, Reason Reason,
    Verdict Verdict, Stage Stage, Mode Mode, bool Enforced, string? Would, string Denial, long Count, uint Generation);
