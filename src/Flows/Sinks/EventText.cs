using System.Globalization;

namespace Exeat.Flows;

/// <summary>One event in one short line of plain ASCII, for the places of other formats where a person reads.</summary>
internal static class EventText
{
    /// <summary>Long enough for two names; longer parts are cut.</summary>
    private const int MaxPart = 300;

    public static string Of(FlowEvent read)
    {
        if (read.Flow is null) return Join(read.Event, "note", read.Reason, Times(read), read.Note);
        string what = read.WouldDeny ? "would-deny" : read.Verdict ?? read.Event;
        string? name = (read.Names.FirstOrDefault(n => n.Source is "sni" or "host") ?? read.Names.FirstOrDefault(n => n.Source == "question") ?? (read.Names.Count > 0 ? read.Names[0] : null))?.Name;
        string? address = read.Destination is null ? null : read.Destination.Contains(':') ? $"[{read.Destination}]" : read.Destination;
        string port = read.Port > 0 ? ":" + read.Port.ToString(CultureInfo.InvariantCulture) : "";
        string? where = read.Stage == "dns" ? $"dns {name}" : name is not null && address is not null ? $"{name} ({address}{port})" : name ?? (address is null ? null : address + port);
        return Join(read.Agent ?? "-", what, where, read.Rule is null ? read.End : $"by {read.Rule}", read.Reason, Times(read));
    }

    private static string? Times(FlowEvent read) => read.Count > 1 ? "x" + read.Count.ToString(CultureInfo.InvariantCulture) : null;

    private static string Join(params string?[] parts) => string.Join(' ', parts.Where(part => !string.IsNullOrEmpty(part)).Select(part => Cut(TerminalText.EscapeName(part))));

    private static string Cut(string text) => text.Length <= MaxPart ? text : text[..MaxPart] + "...";
}
