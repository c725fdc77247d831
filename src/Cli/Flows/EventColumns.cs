using System.Globalization;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>One event as one line, in columns that stay where they are while lines come.</summary>
internal sealed class EventColumns(CommandOutput output)
{
    // Ends and updates name only their flow: who and where come from its decision, while it is remembered.
    private const int MaxRemembered = 4096;
    private readonly Dictionary<string, FlowEvent> _decisions = [];
    private bool _begun;

    public void Write(FlowEvent read)
    {
        FlowEvent about = Remember(read);
        // Fixed: time 12, decision 14, attempt 9, bytes 13 and the gaps; the rest is shared.
        int rest = Math.Max(output.Width - 12 - 14 - 9 - 13 - 7, 30);
        int agent = rest * 2 / 10, destination = rest * 4 / 10, rule = rest * 2 / 10, reason = rest - agent - destination - rule;
        if (!_begun)
        {
            _begun = true;
            Line("TIME (UTC)", "AGENT", "ATTEMPT", "DESTINATION", "DECISION", "RULE", "REASON", "BYTES", Style.Plain);
        }
        Line(read.Time.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture), FlowText.Agent(about), FlowText.Attempt(about), FlowText.Destination(about, about.Names),
            FlowText.Decision(read) + FlowText.Times(read.Count), TerminalText.Escape(about.Rule), TerminalText.Escape(read.Reason ?? read.End ?? read.Note), FlowText.Bytes(read), FlowText.Colour(read));

        void Line(string time, string who, string attempt, string where, string decision, string byRule, string why, string bytes, Style colour)
        {
            output.Screen.Write(new Text($"{Fit(time, 12)} {Fit(who, agent)} {Fit(attempt, 9)} {Fit(where, destination)} "));
            output.Screen.Write(new Text(Fit(decision, 14), colour));
            output.Screen.WriteLine($" {Fit(byRule, rule)} {Fit(why, reason)} {bytes}".TrimEnd());
        }
    }

    /// <summary>Takes note of an event, shown or not; gives the event that tells who and where.</summary>
    public FlowEvent Remember(FlowEvent read)
    {
        if (read.Flow is null) return read;
        FlowEvent about = read.Agent is null && _decisions.TryGetValue(read.Flow, out FlowEvent? decision) ? decision : read;
        if (read.Event == "end") _decisions.Remove(read.Flow);
        else if (read.Event == "decision" && (read.Verdict == "permit" || read.WouldDeny))
        {
            if (_decisions.Count >= MaxRemembered) _decisions.Clear();
            _decisions[read.Flow] = read;
        }
        return about;
    }

    // Cut text says that it was cut; the whole is in --json.
    private static string Fit(string text, int width) => text.Length <= width ? text.PadRight(width) : text[..(width - 1)] + "…";
}
