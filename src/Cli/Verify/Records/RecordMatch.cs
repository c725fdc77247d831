using Exeat.Flows;

namespace Exeat.Cli.Verify;

/// <summary>Tells whether an event is of an attempt: by the denial id that it was told, else by who, where to, from which port and when.</summary>
internal static class RecordMatch
{
    // The two clocks are one machine's, or near each other.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    public static bool Fits(FlowEvent read, string agent, Probe probe, Seen seen)
    {
        if (read.Agent != agent || read.Event is not ("decision" or "counted") || read.Verdict is not ("permit" or "deny")) return false;
        if (seen.Denial is { } denial) return read.Denial == denial;
        if (read.Time < seen.From - Slack || read.Destination != probe.To.ToString() || read.Port != probe.Port || FlowWords.ProtocolNumber(read.Protocol) != probe.Protocol) return false;
        // What is counted stands under the port of the first of its kind; echo requests have none.
        return read.Event == "counted" || seen.SourcePort == 0 || read.SourcePort == 0 || read.SourcePort == seen.SourcePort;
    }

    /// <summary>The event that decided: the last one, and a decision of its own before a count.</summary>
    public static FlowEvent? Deciding(IEnumerable<FlowEvent> events, string agent, Probe probe, Seen seen) =>
        events.Where(e => Fits(e, agent, probe, seen)).OrderBy(e => e.Event == "counted" ? 0 : 1).ThenBy(e => e.Time).LastOrDefault();
}
