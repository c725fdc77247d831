using Exeat.Policy;

namespace Exeat.Flows;

/// <summary>The words that records use for the values of enums; each is written and read in this one place.</summary>
public static class FlowWords
{
    /// <summary>The word for an event kind.</summary>
    public static string Text(this FlowEventKind kind) => kind switch
    {
        FlowEventKind.Update => "update",
        FlowEventKind.End => "end",
        FlowEventKind.Counted => "counted",
        _ => "decision",
    };

    /// <summary>The word for the source of a name.</summary>
    public static string Text(this NameSource source) => source switch
    {
        NameSource.Binding => "binding",
        NameSource.Sni => "sni",
        NameSource.Host => "host",
        NameSource.Cname => "cname",
        _ => "question",
    };

    /// <summary>The word for a verdict.</summary>
    public static string Text(this Verdict verdict) => verdict switch
    {
        Verdict.Permit => "permit",
        Verdict.Pending => "pending",
        _ => "deny",
    };

    /// <summary>The word for a mode.</summary>
    public static string Text(this Mode mode) => mode == Mode.Monitor ? "monitor" : "enforce";

    /// <summary>The caveat of a permit by a name that only a hello proves, at an address that serves others too.</summary>
    public const string SharedAddress = "name-unproven-on-shared-address";

    /// <summary>The word for a proof.</summary>
    public static string Text(this Proof proof) => proof switch
    {
        Proof.Dns => "dns",
        Proof.DnsSni => "dns+sni",
        Proof.DnsHost => "dns+host",
        Proof.DnsQuic => "dns+quic",
        Proof.Decrypted => "decrypted",
        _ => "address",
    };

    /// <summary>The word for a stage.</summary>
    public static string Text(this Stage stage) => stage switch
    {
        Stage.FirstPacket => "first-packet",
        Stage.Hello => "hello",
        Stage.Request => "request",
        _ => "dns",
    };

    /// <summary>The word for a protocol that has one; null for the others, which are written as numbers.</summary>
    public static string? ProtocolText(byte protocol) => protocol switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        58 => "icmpv6",
        _ => null,
    };

    /// <summary>Reads what <see cref="ProtocolText"/> and numbers wrote; 0 when it is neither.</summary>
    public static byte ProtocolNumber(string? text) => text switch
    {
        "icmp" => 1,
        "tcp" => 6,
        "udp" => 17,
        "icmpv6" => 58,
        _ => byte.TryParse(text, out byte number) ? number : (byte)0,
    };

    /// <summary>Reads a stage; null when the word is not known.</summary>
    public static Stage? StageOf(string? text) => text switch
    {
        "dns" => Stage.Dns,
        "first-packet" => Stage.FirstPacket,
        "hello" => Stage.Hello,
        "request" => Stage.Request,
        _ => null,
    };
}
