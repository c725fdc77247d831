using System.Collections.Frozen;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Judging;

/// <summary>What no rule and no mode lets through: metadata and link-local addresses, other agents, and DNS beside the policy resolver (I6, I7, D6, D15).</summary>
internal sealed class NeverForwarded(FrozenSet<Address> intercepts)
{
    private const ushort Dns = 53;
    private const ushort DnsOverTls = 853;

    // Documentation addresses are ordinary here: the lab's small world lives in them.
    private static readonly Prefix[] Special =
    [
        Read("0.0.0.0/8"), Read("127.0.0.0/8"), Read("169.254.0.0/16"), Read("224.0.0.0/4"), Read("240.0.0.0/4"),
        Read("::/127"), Read("::ffff:0:0/96"), Read("fe80::/10"), Read("ff00::/8"), Read("fd00:ec2::254/128"), Read("64:ff9b::/96"), Read("2002::/16"), Read("2001::/32"),
    ];

    /// <summary>Turns a decision that must not stand into a denial. <paramref name="always"/>: applied in monitor mode too.</summary>
    public Decision Check(in PacketIn packet, Decision decision, out bool always)
    {
        Address to = packet.View.Destination;
        if (IsSpecial(to)) return Never(decision, Reason.AddressNotAllowed, out always);
        if (packet.Snapshot.FindAgent(to) >= 0) return Never(decision, Reason.TowardsAgent, out always);
        bool dns = packet.View.Protocol is FlowKey.Tcp or FlowKey.Udp && packet.View.DestinationPort is Dns or DnsOverTls;
        Decision result = dns ? Never(decision, Reason.DnsNotForwarded, out _) : decision;
        always = dns && intercepts.Contains(to);
        return result;
    }

    private static Decision Never(Decision decision, Reason reason, out bool always)
    {
        always = true;
        return decision.Verdict == Verdict.Deny ? decision : new Decision(Verdict.Deny, reason, 0, decision.Would);
    }

    private static bool IsSpecial(Address address)
    {
        foreach (ref readonly Prefix prefix in Special.AsSpan())
        {
            if (prefix.Contains(address)) return true;
        }
        return false;
    }

    private static Prefix Read(string text) => Prefix.TryParse(text, out Prefix prefix) ? prefix : throw new FormatException(text);
}
