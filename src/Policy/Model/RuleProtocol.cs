using System.Globalization;

namespace Exeat.Policy;

/// <summary>Which IP protocols a rule speaks of: any, one number, or the word <c>icmp</c>, which means ICMP and ICMPv6 alike (invariant I4).</summary>
public readonly record struct RuleProtocol
{
    private const short AnyCode = 0, IcmpBothCode = -2;

    // One number is kept as number + 1, so that default is Any and protocol 0 (hop-by-hop) can still be said.
    private readonly short _code;

    private RuleProtocol(short code) => _code = code;

    /// <summary>Every protocol.</summary>
    public static RuleProtocol Any => new(AnyCode);

    /// <summary>TCP.</summary>
    public static RuleProtocol Tcp => Of(6);

    /// <summary>UDP.</summary>
    public static RuleProtocol Udp => Of(17);

    /// <summary>ICMP (1) and ICMPv6 (58).</summary>
    public static RuleProtocol Icmp => new(IcmpBothCode);

    /// <summary>Exactly this IANA protocol number.</summary>
    public static RuleProtocol Of(byte number) => new((short)(number + 1));

    /// <summary>Whether every protocol is meant.</summary>
    public bool IsAny => _code == AnyCode;

    /// <summary>The one number that is meant; null for any and for the word <c>icmp</c>.</summary>
    public byte? Number => _code > 0 ? (byte)(_code - 1) : null;

    /// <summary>Whether the rule speaks of this IANA protocol number.</summary>
    public bool Matches(byte number) => _code switch
    {
        AnyCode => true,
        IcmpBothCode => number is 1 or 58,
        _ => number == _code - 1,
    };

    /// <summary>Whether every protocol of <paramref name="other"/> is meant here too.</summary>
    public bool Covers(RuleProtocol other) => IsAny || other == this || (_code == IcmpBothCode && other.Number is 1 or 58);

    /// <summary>Whether ports exist for all that is meant (TCP and UDP).</summary>
    public bool HasPorts => Number is 6 or 17;

    /// <summary>The word in documents: any, tcp, udp, icmp or the number.</summary>
    public override string ToString() => _code switch
    {
        AnyCode => "any",
        IcmpBothCode => "icmp",
        7 => "tcp",
        18 => "udp",
        _ => (_code - 1).ToString(CultureInfo.InvariantCulture),
    };
}
