using System.Collections.Frozen;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Gateway.Judging;

/// <summary>What no rule and no mode lets through: metadata and link-local addresses, other agents, quarantined ones, and DNS beside the policy resolver (I6, I7, D6, D15).</summary>
internal sealed class NeverForwarded
{
    private const ushort Dns = 53;
    private const ushort DnsOverTls = 853;

    /// <summary>Addresses whose DNS is intercepted: what is forwarded towards them can only be a lost redirect. Set on the verdict thread.</summary>
    public required FrozenSet<Address> Intercepts { get; set; }

    /// <summary>Turns a decision that must not stand into a denial. <paramref name="always"/>: applied in monitor mode too.</summary>
    public Decision Check(in PacketIn packet, Decision decision, out bool always) => Check(packet.Key, packet.Snapshot, decision, out always);

    /// <summary>The same of a flow that lives: what it leads to may be an agent's address by now.</summary>
    public Decision Check(in FlowKey key, Snapshot snapshot, Decision decision, out bool always)
    {
        Address to = key.Destination;
        if (decision.Reason == Reason.Quarantined) return Never(decision, Reason.Quarantined, out always);
        if (AddressScreen.KindOf(to) == AddressKind.Never) return Never(decision, Reason.AddressNotAllowed, out always);
        if (snapshot.FindAgent(to) >= 0) return Never(decision, Reason.TowardsAgent, out always);
        bool dns = key.Protocol is FlowKey.Tcp or FlowKey.Udp && key.Port is Dns or DnsOverTls;
        Decision result = dns ? Never(decision, Reason.DnsNotForwarded, out _) : decision;
        always = dns && Intercepts.Contains(to);
        return result;
    }

    private static Decision Never(Decision decision, Reason reason, out bool always)
    {
        always = true;
        return decision.Verdict == Verdict.Deny ? decision : new Decision(Verdict.Deny, reason, 0, decision.Would);
    }
}
