using System.Globalization;

namespace Exeat.Flows;

/// <summary>A recorded attempt in plain words.</summary>
/// <param name="Flow">The attempt.</param>
/// <param name="Sentence">What happened, and why.</param>
/// <param name="Rule">The rule, the reason and the mode.</param>
/// <param name="Proven">How far the name is proven.</param>
/// <param name="Next">The command to go on with.</param>
/// <param name="Propose">What to propose, when the policy has a gap; null: it has none.</param>
public sealed record FlowExplanation(FlowSummary Flow, string Sentence, string Rule, string Proven, string Next, string? Propose)
{
    /// <summary>Explains.</summary>
    /// <param name="flow">The attempt.</param>
    /// <param name="program">How the command line is called, for the command that is printed.</param>
    /// <param name="source">The options that say where records are read, so that the command works as it stands; empty: none.</param>
    public static FlowExplanation Of(FlowSummary flow, string program, string source)
    {
        FlowEvent decision = flow.Decision;
        if (decision.Verdict is null) return Note(flow, program, source);
        return new FlowExplanation(flow, SentenceOf(flow), RuleOf(decision), ProvenOf(flow), NextOf(flow, program, source), ProposalOf(flow));
    }

    /// <summary>Whether the command to go on with judges by a policy, which a record does not hold.</summary>
    public bool NeedsPolicy => Flow.Decision.Verdict is not null && IsExplained(Flow.Decision);

    private static FlowExplanation Note(FlowSummary flow, string program, string source) => new(flow,
        string.Create(CultureInfo.InvariantCulture, $"This is a note of the journal about itself: {ReasonSentence.Of(flow.Decision.Reason)} ({flow.Attempts} events). {TerminalText.Escape(flow.Decision.Note)}").TrimEnd(),
        "", "", Query("", flow, program, source), null);

    private static string SentenceOf(FlowSummary flow)
    {
        FlowEvent read = flow.Decision;
        string when = read.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string who = read.Agent is null ? "An unknown agent" : $"Agent {TerminalText.Escape(read.Agent)}" + (read.Class is null ? "" : $" ({TerminalText.Escape(read.Class)})");
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

    private static string NextOf(FlowSummary flow, string program, string source)
    {
        FlowEvent read = flow.Decision;
        string agent = read.Agent is null ? "" : $" --agent {CommandWord.Of(read.Agent)}";
        return IsExplained(read) ? $"{program} policy explain{agent}{AttemptOf(flow)}" : Query(agent, flow, program, source);
    }

    private static bool IsExplained(FlowEvent read) => ReasonSentence.IsPolicy(read.Reason) && read.Agent is not null;

    private static string Query(string agent, FlowSummary flow, string program, string source) =>
        $"{program} flows query{agent} --reason {CommandWord.Of(flow.Decision.Reason ?? "")}" + (source.Length == 0 ? "" : " " + source);

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
