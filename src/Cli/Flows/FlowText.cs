using System.Globalization;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>Cells of flow tables, escaped for the screen.</summary>
internal static class FlowText
{
    public static string Agent(FlowEvent read) => read.Agent is null ? "-" : TerminalText.Escape(read.Agent);

    public static string Attempt(FlowEvent read) =>
        read.Stage == "dns" ? "dns" : read.Protocol is null ? "-" : TerminalText.Escape(read.Protocol) + (read.Port > 0 ? $"/{read.Port.ToString(CultureInfo.InvariantCulture)}" : "");

    /// <summary>The name to show, else the address.</summary>
    public static string Destination(FlowEvent read, IReadOnlyList<FlowName> names)
    {
        FlowName? name = names.FirstOrDefault(n => n.Source is "sni" or "host") ?? names.FirstOrDefault(n => n.Source == "question") ?? (names.Count > 0 ? names[0] : null);
        return name is not null ? TerminalText.EscapeName(name.Name) : TerminalText.Escape(read.Destination ?? "-");
    }

    public static string Decision(FlowEvent read) =>
        read.WouldDeny ? "would deny" : read.Verdict is not null ? TerminalText.Escape(read.Verdict) : TerminalText.Escape(read.Event == "counted" ? "note" : read.Event);

    /// <summary>How often, when it was more than once.</summary>
    public static string Times(long count) => count > 1 ? $" ×{count.ToString(CultureInfo.InvariantCulture)}" : "";

    public static string Bytes(FlowEvent? counts) => counts is null or { BytesOut: 0, BytesIn: 0 } ? "" : $"↑{Size(counts.BytesOut)} ↓{Size(counts.BytesIn)}";

    public static Style Colour(FlowEvent read) =>
        read.WouldDeny ? new Style(Color.Yellow) : read.Verdict == "deny" ? new Style(Color.Red) : read.Verdict == "permit" ? new Style(Color.Green) : Style.Plain;

    private static string Size(long bytes) => bytes switch
    {
        < 1000 => bytes.ToString(CultureInfo.InvariantCulture),
        < 1_000_000 => (bytes / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + "k",
        < 1_000_000_000 => (bytes / 1e6).ToString("0.#", CultureInfo.InvariantCulture) + "M",
        _ => (bytes / 1e9).ToString("0.#", CultureInfo.InvariantCulture) + "G",
    };
}
