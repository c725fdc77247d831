using System.Globalization;
using System.Text.Json;
using Exeat.Flows;
using Spectre.Console;

namespace Exeat.Cli;

/// <summary>A recorded attempt in plain words.</summary>
internal sealed record FlowExplanation(FlowSummary Flow, string Sentence, string Rule, string Proven, string Next, string? Propose)
{
    /// <summary>Explains; the journal that was given by option goes into the command that is printed, so that it works as it stands.</summary>
    public static FlowExplanation Of(FlowSummary flow, string? journal)
    {
        FlowEvent decision = flow.Decision;
        if (decision.Verdict is null) return Note(flow, journal);
        return new FlowExplanation(flow, SentenceOf(flow), RuleOf(decision), ProvenOf(flow), NextOf(flow, journal), ProposalOf(flow));
    }

    /// <summary>Whether the command to go on with judges by a policy, which a record does not hold.</summary>
    public bool NeedsPolicy => Flow.Decision.Verdict is not null && IsExplained(Flow.Decision);

    public void Write(CommandOutput output)
    {
        if (output.AsJson)
        {
            WriteJson(output.Data);
            return;
        }
        if (output.IsColoured) output.Screen.Write(new Text(Sentence + Environment.NewLine, FlowText.Colour(Flow.Decision)));
        else output.Data.WriteLine(Sentence);
        output.Data.WriteLine();
        Part("rule", Rule);
        Part("proven", Proven);
        Part("policy", TerminalText.Escape(Flow.Decision.Policy));
        Part("record", TerminalText.Escape(Flow.Decision.Id) + (Flow.Denial is null ? "" : $", denial {TerminalText.Escape(Flow.Denial)}"));
        Part("next", Next);
        if (Propose is not null) output.Data.WriteLine(Propose);

        void Part(string name, string text)
        {
            if (text.Length > 0) output.Data.WriteLine($"{name + ":",-8} {text}");
        }
    }

    private void WriteJson(TextWriter data)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("sentence", Sentence);
            json.WriteString("decision", Flow.Outcome);
            json.WriteString("rule", Flow.Decision.Rule);
            json.WriteString("reason", Flow.Decision.Reason);
            json.WriteString("proven", Proven);
            json.WriteString("next", Next);
            json.WritePropertyName("record");
            json.WriteRawValue(Flow.Decision.Raw.Span);
            json.WriteEndObject();
        }
        data.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.ToArray()));
    }

    private static FlowExplanation Note(FlowSummary flow, string? journal) => new(flow,
        string.Create(CultureInfo.InvariantCulture, $"This is a note of the journal about itself: {ReasonSentence.Of(flow.Decision.Reason)} ({flow.Attempts} events). {TerminalText.Escape(flow.Decision.Note)}").TrimEnd(),
        "", "", Query("", flow, journal), null);

    private static string SentenceOf(FlowSummary flow)
    {
        FlowEvent read = flow.Decision;
        string when = read.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string who = read.Agent is null ? "An unknown agent" : $"Agent {FlowText.Agent(read)}" + (read.Class is null ? "" : $" ({TerminalText.Escape(read.Class)})");
        string fate = read.WouldDeny ? "was let through by monitor mode, where enforce would refuse it," : read.Verdict switch
        {
            "permit" => "was let through",
            "pending" => "was held until its first bytes came",
            _ => "was refused",
        };
        return $"{who} {fate} when it tried {What(flow)} at {when} UTC: {ReasonSentence.Of(read.Reason, read.Rule)}.";
    }

    private static string What(FlowSummary flow)
    {
        FlowEvent read = flow.Decision;
        string name = flow.Name is null ? "" : TerminalText.EscapeName(flow.Name);
        if (read.Stage == "dns") return $"to look up {(name.Length > 0 ? name : "a name")}";
        string address = TerminalText.Escape(read.Destination), port = read.Port > 0 ? string.Create(CultureInfo.InvariantCulture, $" port {read.Port}") : "";
        string where = name.Length == 0 ? address : address.Length == 0 ? name : $"{name} ({address})";
        string attempt = read.Protocol switch
        {
            "tcp" => "a TCP connection",
            "udp" => "UDP",
            "icmp" or "icmpv6" => "ICMP",
            null => "to send",
            _ => $"IP protocol {TerminalText.Escape(read.Protocol)}",
        };
        return $"{attempt} to {where}{port}";
    }

    private static string RuleOf(FlowEvent read)
    {
        string rule = TerminalText.Escape(read.Rule) + $" ({TerminalText.Escape(read.Reason)}, mode {TerminalText.Escape(read.Mode)})";
        FlowOutcome? monitored = read.Monitored ?? (read.Enforced == true ? read.Would : null);
        return monitored is null ? rule : rule + $"; rule {TerminalText.Escape(monitored.Rule)} in monitor mode would {TerminalText.Escape(monitored.Verdict)}";
    }

    private static string ProvenOf(FlowSummary flow)
    {
        string proof = flow.Decision.Proof switch
        {
            "dns" => "the name by the answer our resolver gave this agent, not by the wire",
            "dns+sni" => "the name by our resolver's answer and by the TLS hello",
            "dns+host" => "the name by our resolver's answer and by the HTTP Host",
            "dns+quic" => "the name by our resolver's answer and by the hello in QUIC",
            "decrypted" => "the name inside the decrypted stream",
            _ => flow.Names.Any(name => name.Source is "sni" or "host") ? "the address only; the client named a host, which is a claim" : "the address only",
        };
        if (flow.Decision.Stage == "dns") proof = "the question only; nothing was asked upstream" + (flow.Decision.Verdict == "deny" && flow.Decision.Enforced == true ? "" : " before the decision");
        if (flow.Decision.Caveat is not null) proof += ", but the address serves other domains too: whom the server was asked for inside TLS is not proven";
        string bound = string.Join(", ", flow.Names.Where(name => name.Source == "binding").Select(name => TerminalText.EscapeName(name.Name)));
        return bound.Length == 0 ? proof : $"{proof}; this address was answered to this agent for {bound}";
    }

    private static string NextOf(FlowSummary flow, string? journal)
    {
        FlowEvent read = flow.Decision;
        string agent = read.Agent is null ? "" : $" --agent {CommandWord.Of(read.Agent)}";
        return IsExplained(read) ? $"{CommandPath.Program} policy explain{agent}{AttemptOf(flow)}" : Query(agent, flow, journal);
    }

    private static bool IsExplained(FlowEvent read) => ReasonSentence.IsPolicy(read.Reason) && read.Agent is not null;

    private static string Query(string agent, FlowSummary flow, string? journal) =>
        $"{CommandPath.Program} flows query{agent} --reason {CommandWord.Of(flow.Decision.Reason ?? "")}" + (journal is null ? "" : " --journal " + CommandWord.Of(journal));

    // The same attempt in the words of explain; the answer then follows the record, also where the claim was false.
    private static string AttemptOf(FlowSummary flow)
    {
        FlowEvent read = flow.Decision;
        string? claimed = Asked(flow, "sni") ?? Asked(flow, "host"), bound = Asked(flow, "binding"), address = read.Destination;
        if (read.Stage == "dns" && Asked(flow, "question") is { } question) return To("dns", question, 0);
        string host = address is null ? bound ?? "" : address.Contains(':') ? $"[{address}]" : address;
        if (read.Protocol == "tcp" && claimed is not null)
        {
            bool isBound = flow.Names.Any(name => name.Source == "binding" && name.Name == claimed);
            string? name = isBound ? claimed : bound;
            return To("https", name ?? host, read.Port == 443 ? 0 : read.Port) + (name is not null && address is not null ? " --at " + CommandWord.Of(address) : "")
                + (isBound ? "" : " --sni " + CommandWord.Of(claimed));
        }
        return read.Protocol switch
        {
            "tcp" or "udp" when read.Port > 0 => To(read.Protocol, bound ?? host, read.Port) + (bound is not null && address is not null ? " --at " + CommandWord.Of(address) : ""),
            _ => To("icmp", host, 0),
        };
    }

    private static string To(string scheme, string host, int port) =>
        " --to " + CommandWord.Of(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}") + (port == 0 ? "" : ":" + port.ToString(CultureInfo.InvariantCulture)));

    // A name that is none cannot be asked for again.
    private static string? Asked(FlowSummary flow, string source) =>
        flow.Names.FirstOrDefault(name => name.Source == source && CommandWord.Of(name.Name) == name.Name)?.Name;

    // Only for what nobody decided yet, and only with an owner, a reason and an end: a denial by a rule, an unproven name or a broken packet is no gap in the policy.
    private static string? ProposalOf(FlowSummary flow)
    {
        if (flow.Decision is not { Verdict: "deny", Reason: "default-deny" } || flow.Name is null || CommandWord.Of(flow.Name) != flow.Name) return null;
        return "         If the task needs this name, propose it for review, in a webGroup that a permit rule of this agent uses:\n"
            + $"           - {{name: {flow.Name}, owner: WHO, why: WHAT FOR, expires: YYYY-MM-DD}}";
    }
}
