using System.Globalization;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>One event as one line, in columns that stay where they are while lines come.</summary>
internal sealed class EventColumns(CommandOutput output)
{
    private bool _begun;

    public void Write(FlowEvent read)
    {
        // Fixed: time 12, decision 11, attempt 9, bytes 9 and the gaps; the rest is shared.
        int rest = Math.Max(output.Width - 12 - 11 - 9 - 9 - 7, 40);
        int agent = rest * 2 / 10, destination = rest * 4 / 10, rule = rest * 2 / 10, reason = rest - agent - destination - rule;
        if (!_begun)
        {
            _begun = true;
            Line("TIME (UTC)", "AGENT", "ATTEMPT", "DESTINATION", "DECISION", "RULE", "REASON", "BYTES", Style.Plain);
        }
        Line(read.Time.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture), FlowText.Agent(read), FlowText.Attempt(read), FlowText.Destination(read, read.Names),
            FlowText.Decision(read), TerminalText.Escape(read.Rule), TerminalText.Escape(read.Reason ?? read.End ?? read.Note), FlowText.Bytes(read), FlowText.Colour(read));

        void Line(string time, string who, string attempt, string where, string decision, string byRule, string why, string bytes, Style colour)
        {
            output.Screen.Write(new Text($"{Fit(time, 12)} {Fit(who, agent)} {Fit(attempt, 9)} {Fit(where, destination)} "));
            output.Screen.Write(new Text(Fit(decision, 11), colour));
            output.Screen.WriteLine($" {Fit(byRule, rule)} {Fit(why, reason)} {bytes}".TrimEnd());
        }
    }

    // Cut text says that it was cut; the whole is in --json.
    private static string Fit(string text, int width) => text.Length <= width ? text.PadRight(width) : text[..(width - 1)] + "…";
}
