using System.Globalization;
using System.Text;

namespace Exeat.Flows;

/// <summary>Events as syslog messages (RFC 5424), in printable ASCII only: what the agent chose can neither end a message nor leave its value.</summary>
public static class Syslog
{
    /// <summary>The longest message. RFC 5424, 6.1 asks receivers to take 2048 and lets them take more; the common ones take 8 KiB.</summary>
    public const int MaxBytes = 8192;

    /// <summary>The name of the structured data. 32473 is the number that RFC 5612 keeps for whoever has none of their own.</summary>
    public const string DataName = "flow@32473";

    // RFC 5424, 6.2.1: local use 0.
    private const int Facility = 16;

    // Each value, before its escapes; the names of a record are many, and each is a value of its own.
    private const int MaxValue = 512;

    /// <summary>One message, without framing.</summary>
    public static string Message(FlowEvent read, SinkOrigin origin)
    {
        var message = new StringBuilder(1024);
        message.Append(CultureInfo.InvariantCulture, $"<{Facility * 8 + Severity(read)}>1 {read.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffff}Z ");
        message.Append(Word(read.Gateway, 255)).Append(' ').Append(Word(origin.Product.ToLowerInvariant(), 48)).Append(" - ").Append(Word(read.Event, 32)).Append(" [").Append(DataName);
        string text = EventText.Of(read);
        // Room for the text, the closing bracket, and the word that says that something was left out.
        int room = MaxBytes - text.Length - 64;
        bool whole = true;
        foreach ((string name, string? value) in Fields(read)) whole &= Parameter(message, room, name, value);
        foreach (FlowName name in read.Names) whole &= Parameter(message, room, "name", $"{name.Source}:{name.Name}");
        foreach (KeyValuePair<string, string> label in read.Labels) whole &= Parameter(message, room, "label", $"{label.Key}={label.Value}");
        if (!whole) message.Append(" cut=\"true\"");
        return message.Append("] ").Append(text).ToString();
    }

    private static IEnumerable<(string Name, string? Value)> Fields(FlowEvent read)
    {
        yield return ("id", read.Id);
        yield return ("flow", read.Flow);
        yield return ("agent", read.Agent);
        yield return ("class", read.Class);
        yield return ("src", read.Source);
        yield return ("srcPort", Number(read.SourcePort));
        yield return ("dst", read.Destination);
        yield return ("port", Number(read.Port));
        yield return ("protocol", read.Protocol);
        yield return ("proof", read.Proof);
        yield return ("caveat", read.Caveat);
        yield return ("stage", read.Stage);
        yield return ("rule", read.Rule);
        yield return ("reason", read.Reason);
        yield return ("verdict", read.Verdict);
        yield return ("mode", read.Mode);
        yield return ("enforced", read.Enforced is { } enforced ? (enforced ? "true" : "false") : null);
        yield return ("wouldVerdict", read.Would?.Verdict);
        yield return ("wouldRule", read.Would?.Rule);
        yield return ("monitoredVerdict", read.Monitored?.Verdict);
        yield return ("monitoredRule", read.Monitored?.Rule);
        yield return ("denial", read.Denial);
        yield return ("policy", read.Policy);
        yield return ("agentsHash", read.AgentsHash);
        yield return ("generation", Number(read.Generation));
        bool counted = read.Event is "update" or "end";
        yield return ("bytesOut", counted ? Digits(read.BytesOut) : null);
        yield return ("bytesIn", counted ? Digits(read.BytesIn) : null);
        yield return ("packetsOut", counted ? Digits(read.PacketsOut) : null);
        yield return ("packetsIn", counted ? Digits(read.PacketsIn) : null);
        yield return ("durationMs", counted ? Digits(read.DurationMs) : null);
        yield return ("end", read.End);
        yield return ("count", read.Count > 1 ? Digits(read.Count) : null);
        yield return ("note", read.Note);
        yield return ("namesOmitted", Number(read.NamesOmitted));
    }

    // False: there was no room for the whole of it.
    private static bool Parameter(StringBuilder message, int room, string name, string? value)
    {
        if (string.IsNullOrEmpty(value)) return true;
        string safe = TerminalText.EscapeName(value);
        bool whole = safe.Length <= MaxValue;
        // RFC 5424, 6.3.3: these three are escaped, nothing else is.
        string text = (whole ? safe : safe[..MaxValue]).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal);
        if (message.Length + name.Length + text.Length + 4 > room) return false;
        message.Append(' ').Append(name).Append("=\"").Append(text).Append('"');
        return whole;
    }

    // Warning for a refusal, notice for a would-be one and for what the journal says of itself, else informational.
    private static int Severity(FlowEvent read) => read.Flow is null || read.WouldDeny ? 5 : read.Verdict == "deny" ? 4 : 6;

    private static string Word(string? text, int longest)
    {
        string word = string.Concat((text ?? "").Where(c => c is > ' ' and <= '~').Take(longest));
        return word.Length == 0 ? "-" : word;
    }

    private static string? Number(long value) => value > 0 ? Digits(value) : null;

    private static string Digits(long value) => value.ToString(CultureInfo.InvariantCulture);
}
