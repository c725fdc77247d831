using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns.Model;

/// <summary>Says of each question that leaves and of each answer that is released whether it may be, from the words of the policy and from what was said before: it asks no evaluator.</summary>
internal sealed class DnsNotary
{
    private const string Coders = "192.0.2.1, \"2001:db8:a::1\"", Others = "192.0.2.2";

    public static readonly string[] Sources = ["192.0.2.1", "2001:db8:a::1", "192.0.2.2", "192.0.2.99"];

    private readonly HashSet<(string Name, Address Address)> _offered = [];
    private readonly HashSet<(string Agent, string Name)> _asked = [];

    /// <summary>enforce, monitor, closed, quarantined, moved: each agent has the addresses that the other one had.</summary>
    public string Mode { get; set; } = "enforce";

    public static string Policy(string mode) => $$"""
        apiVersion: exeat/v1
        kind: Policy
        mode: {{(mode == "monitor" ? "monitor" : "enforce")}}
        default: deny
        smartGroups:
          resolvers: {cidrs: [192.0.2.53, "2001:db8::53"]}
          private: {cidrs: [10.0.0.0/8, "fd00::/8"]}
          coders: {class: coding}
        webGroups:
          core: {names: [api.example.com]}
          org: {names: ["**.example.org"]}
          inner: {names: [db.example.com]}
          exfil: {names: ["**.evil.example"]}
        rules:
        - {name: allow-dns, priority: 10, to: {groups: [resolvers]}, protocol: udp, ports: [53], action: permit}
        - {name: allow-dns-tcp, priority: 11, to: {groups: [resolvers]}, protocol: tcp, ports: [53], action: permit}
        - {name: deny-exfil, priority: 20, to: {names: [exfil]}, action: deny}
        - {name: allow-inner, priority: 25, from: [coders], to: {names: [inner], groups: [private]}, protocol: tcp, ports: [5432], action: {{Open(mode)}}}
        - {name: allow-core, priority: 30, from: [coders], to: {names: [core]}, protocol: tcp, ports: [443], action: {{Open(mode)}}}
        - {name: allow-org, priority: 31, to: {names: [org]}, protocol: tcp, ports: [443], action: {{Open(mode)}}}

        """;

    public static string Agents(string mode) => $$"""
        apiVersion: exeat/v1
        kind: Agents
        agents:
        - {id: coder, class: coding, interface: in0, addresses: [{{(mode == "moved" ? Others : Coders)}}], quarantined: {{(mode == "quarantined" ? "true" : "false")}}}
        - {id: other, class: research, interface: in1, addresses: [{{(mode == "moved" ? Coders : Others)}}]}

        """;

    public static Address At(string text) => Address.TryParse(text, out Address address) ? address : throw new FormatException(text);

    /// <summary>Who has an address now.</summary>
    public string? AgentOf(string source) => source switch { "192.0.2.1" or "2001:db8:a::1" => Mode == "moved" ? "other" : "coder", "192.0.2.2" => Mode == "moved" ? "coder" : "other", _ => null };

    /// <summary>An agent asks. What it may not ask was never asked, as far as bindings go.</summary>
    public void Asked(string agent, string name)
    {
        if (!Enforces(agent) || MayAsk(agent, name)) _asked.Add((agent, name));
    }

    /// <summary>A question goes upstream.</summary>
    public string? Left(string agent, string name, Address resolver)
    {
        if (!Enforces(agent)) return null;
        if (resolver != At(DnsWorld.Intercept) && resolver != At(DnsWorld.Intercept6)) return $"a question to {resolver}, which no rule permits, left";
        return MayAsk(agent, name) ? null : $"the question of {agent} for {name} left";
    }

    /// <summary>The upstream answered us.</summary>
    public void Offered(string name, DnsType type, Answer answer)
    {
        foreach (byte[] rdata in answer.Records)
        {
            if (type is DnsType.A or DnsType.AAAA) _offered.Add((name, Address.FromBytes(rdata)));
            else if (type is DnsType.HTTPS or DnsType.SVCB) Hints(rdata, address => _offered.Add((name, address)));
        }
    }

    /// <summary>A record is told to an agent.</summary>
    public string? Released(string agent, string name, DnsType type, ReadOnlySpan<byte> rdata, Func<string, Address, bool> isBound)
    {
        string? wrong = Enforces(agent) && !MayAsk(agent, name) ? $"{agent} was told of {name}" : null;
        if (type is DnsType.HTTPS or DnsType.SVCB)
        {
            if (Hints(rdata, address => wrong ??= Told(agent, name, address, isBound))) wrong ??= $"{agent} was told the ech of {name}";
            return wrong;
        }
        return type is DnsType.A or DnsType.AAAA ? wrong ?? Told(agent, name, Address.FromBytes(rdata), isBound) : wrong;
    }

    /// <summary>A binding exists.</summary>
    public string? Bound(string agent, string name, Address address)
    {
        if (!_asked.Contains((agent, name))) return $"{name} is bound for {agent}, who never asked";
        if (!_offered.Contains((name, address))) return $"{name} is bound to {address}, which was no answer";
        return MayLeadTo(name, address) ? null : $"{name} is bound to {address}";
    }

    private string? Told(string agent, string name, Address address, Func<string, Address, bool> isBound)
    {
        if (!_offered.Contains((name, address))) return $"{agent} was told {address} for {name}, which was no answer";
        if (!Enforces(agent)) return null;
        if (!MayLeadTo(name, address)) return $"{agent} was told {address} for {name}";
        return isBound(agent, address) ? null : $"{agent} was told {address} for {name} before it was bound";
    }

    private static string Open(string mode) => mode == "closed" ? "deny" : "permit";

    private bool Enforces(string agent) => Mode != "monitor" || agent == "nobody";

    private bool MayAsk(string agent, string name) => Mode != "closed" && (Mode != "quarantined" || agent != "coder") && agent switch
    {
        "coder" => name is "api.example.com" or "db.example.com" || IsOrg(name),
        "other" => IsOrg(name),
        _ => false,
    };

    private static bool IsOrg(string name) => name == "example.org" || name.EndsWith(".example.org", StringComparison.Ordinal);

    // What nobody outside has: said by the first bytes alone, so that it is another reading than the product's.
    private static bool MayLeadTo(string name, Address address)
    {
        byte[] bytes = address.ToIPAddress().GetAddressBytes();
        if (bytes is [10, ..] or [0xfd, ..]) return name == "db.example.com";
        if (bytes.Length == 4) return bytes is not ([0 or 127 or >= 224, ..] or [169, 254, ..] or [192, 168, ..] or [172, >= 16 and < 32, ..] or [100, >= 64 and < 128, ..]);
        // 2001:0:: is Teredo.
        return bytes is [>= 0x20 and < 0x40, ..] and not ([0x20, 0x02, ..] or [0x20, 0x01, 0, 0, ..]);
    }

    // True: ech is there.
    private static bool Hints(ReadOnlySpan<byte> rdata, Action<Address> hint)
    {
        bool ech = false;
        if (SvcbReader.TryOpen(rdata, stackalloc byte[CanonicalName.MaxBytes], out _, out SvcbReader reader) != ReadStatus.Found) return false;
        while (reader.HasParameter && reader.TryReadParameter(out ushort key, out ReadOnlySpan<byte> value) == ReadStatus.Found)
        {
            ech |= key == 5;
            int size = key switch { 4 => 4, 6 => 16, _ => 0 };
            for (; size > 0 && value.Length >= size; value = value[size..]) hint(Address.FromBytes(value[..size]));
        }
        return ech;
    }
}
