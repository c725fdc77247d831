namespace Exeat.Flows;

/// <summary>Reasons as half sentences, for <c>exeat why</c>; docs/reasons.md has the whole story of each.</summary>
public static class ReasonSentence
{
    /// <summary>The half sentence, naming the rule where a rule decided.</summary>
    public static string Of(string? reason, string? rule) => reason switch
    {
        "permitted-by-rule" when rule is not null => $"the rule {TerminalText.Escape(rule)} permits it",
        "denied-by-rule" when rule is not null => $"the rule {TerminalText.Escape(rule)} denies it",
        _ => Of(reason),
    };

    /// <summary>The half sentence.</summary>
    public static string Of(string? reason) => reason switch
    {
        "default-deny" => "no rule permits it",
        "permitted-by-rule" => "a rule permits it",
        "denied-by-rule" => "a rule denies it",
        "quarantined" => "the agent is quarantined",
        "default-permit" => "no rule says anything about it and the policy's default, in monitor mode, is to permit",
        "awaits-hello" => "only the client's first bytes can decide it",
        "name-not-bound" => "the name it claimed is permitted, but our resolver never answered this address to this agent for it, so the claim may be false",
        "no-name-proven" => "a name at this address is permitted, but the client's bytes named nobody",
        "name-unreadable" => "names are denied there, and what its hello claims cannot be read with certainty, so it may be one of them",
        "empty-non-terminal" => "the name itself is not permitted, only a longer one below it",
        "address-not-allowed" => "the name is permitted, but not at this address",
        "spoofed-source" => "its source address does not belong to the interface it came from",
        "unknown-agent" => "no agent is declared for that interface and address",
        "gateway-itself" => "the gateway itself is not to be reached",
        "towards-agent" => "nobody may open connections towards an agent",
        "malformed" => "the bytes could not be decoded",
        "syn-with-data" => "its first packet carried data (TCP Fast Open), which nobody can hold back",
        "tuple-reused" => "it began a new connection on the addresses and ports of a live one; the next attempt is judged afresh",
        "hello-replaced" => "bytes that had been approved were sent again with another content",
        "hello-in-pieces" => "its hello did not lie in one segment, which an earlier release did not let through",
        "no-hello" => "its hello never came",
        "no-anchor" => "its first bytes came without the server's answer to the connection",
        "http-not-supported" => "it was plain HTTP on the port of HTTPS, where only TLS proves a name",
        "http-ambiguous" => "its request could be read in more than one way: whom it is for, or where it ends",
        "http-upgrade" => "its request led out of HTTP/1 (CONNECT, an upgrade, HTTP/2), where nobody could judge what follows",
        "quic-not-supported" => "the QUIC version cannot be read",
        "udp-not-supported" => "UDP was not let through by that version",
        "protocol-not-supported" => "the protocol is not let through",
        "fragment-or-options" => "fragments, IP options and extension headers are not let through",
        "dns-not-forwarded" => "DNS goes through the policy resolver only",
        "dns-type-refused" => "the resolver does not answer this type of question",
        "dns-quota" => "the agent asked too much",
        "dns-upstream-failed" => "the upstream resolver did not give a usable answer",
        "limit-reached" => "a limit of this agent was reached, or a table is full",
        "policy-changed" => "the policy changed and no longer permits it",
        "stale-generation" => "the policy changed while it was being decided",
        "unproven-after-restart" => "the gateway was restarted and has no proof for it",
        "journal-unwritable" => "records could not be written, and without a record nothing new is let through",
        "journal-retired" => "old events were deleted to stay within the disk budget",
        "journal-damaged" => "a file of the journal was deleted or changed by somebody else while it was written",
        "journal-torn" => "a last line that a crash had cut short was taken away",
        "counts-lost" => "another program deleted what had counted refusals, before they were read",
        null => "no reason is recorded",
        _ => $"the reason is {TerminalText.Escape(reason)}, which this release does not know",
    };

    /// <summary>Whether asking the policy again tells more.</summary>
    public static bool IsPolicy(string? reason) => reason is "default-deny" or "permitted-by-rule" or "denied-by-rule" or "quarantined" or "default-permit" or "awaits-hello"
        or "name-not-bound" or "no-name-proven" or "empty-non-terminal" or "address-not-allowed" or "policy-changed";
}
