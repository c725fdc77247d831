using System.Globalization;
using System.Text;
using Exeat.Flows;

namespace Exeat.Cli;

/// <summary>One denial as one line: when, who, where to, by which rule and why, and the id that the agent was told.</summary>
internal sealed class DenialLine(CommandOutput output)
{
    /// <summary>Writes the event if it tells of a refusal, or of what enforce would refuse; counted ones with their count.</summary>
    public void Write(FlowEvent read)
    {
        if (read.Flow is null || read.Verdict != "deny") return;
        if (output.AsJson)
        {
            output.Data.WriteLine(Encoding.UTF8.GetString(read.Raw.Span));
            return;
        }
        string time = read.Time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        string where = $"{FlowText.Destination(read, read.Names)} ({FlowText.Attempt(read)}){FlowText.Times(read.Count)}";
        output.Data.WriteLine($"{time}  {FlowText.Agent(read)}  {where}  {FlowText.Decision(read)} by {TerminalText.Escape(read.Rule)}: {TerminalText.Escape(read.Reason)}{(read.Denial is null ? "" : $"  [{TerminalText.Escape(read.Denial)}]")}");
    }
}
