using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Cli.Verify;

/// <summary>One attempt to be made: what is sent where, and whom it names.</summary>
internal sealed record Probe
{
    /// <summary>The protocol number of ICMP and ICMPv6.</summary>
    private const byte Icmp = 1, IcmpV6 = 58;

    public required ProbeKind Kind { get; init; }

    public required Address To { get; init; }

    /// <summary>0 for an echo request.</summary>
    public ushort Port { get; init; }

    /// <summary>The name asked for, or claimed in hello or Host; null: none.</summary>
    public DomainName? Name { get; init; }

    /// <summary>What a question asks for.</summary>
    public DnsType Type { get; init; } = DnsType.A;

    /// <summary>Tells this attempt from all others at the far side.</summary>
    public string Token { get; init; } = "";

    public bool IsQuestion => Kind is ProbeKind.Question or ProbeKind.QuestionOverTcp;

    public byte Protocol => Kind switch
    {
        ProbeKind.Question or ProbeKind.Quic or ProbeKind.Udp => 17,
        ProbeKind.Echo => To.IsV6 ? IcmpV6 : Icmp,
        _ => 6,
    };
}
