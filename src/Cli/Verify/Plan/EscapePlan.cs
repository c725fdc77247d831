using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>The basic escapes in one family, derived from the policy and from the hosts that answered as controls. What the policy permits is no escape and is left out.</summary>
internal sealed class EscapePlan(VerifyGround ground, int family, IReadOnlyList<AliveHost> alive)
{
    private const ushort Https = 443, Http = 80, DnsOverTls = 853, Dns = 53, SomeUdp = 4444;
    private const int MostOthers = 4, MostPrefixes = 12;

    // A shell, mail, what proxies and development servers take: one policy for all ports (K13).
    private static readonly ushort[] OtherPorts = [22, 25, 8443];

    // Where management, metrics and consoles are found.
    private static readonly ushort[] GatewayPorts = [22, 80, 443, 8080, 8443, 9090, 9464];

    private readonly Foresight _foresight = ground.Foresight;

    /// <summary>All of them, each once.</summary>
    public IEnumerable<VerifyCheck> All() => ((IEnumerable<VerifyCheck?>)
        [.. Names(), .. Literal(), .. Datagrams(), .. Metadata(), .. Sideways(), .. Others(), .. Gateway(), .. Resolvers(), .. Labels(), .. LiteralTests()]).OfType<VerifyCheck>().DistinctBy(c => c.Id);

    // An allowed name, sent to an address that was never answered for it (T1); a denied name, or none, sent to an allowed address (T2, T16).
    private IEnumerable<VerifyCheck?> Names()
    {
        foreach (ushort port in alive.Where(h => h.Port == Https).Select(h => h.Port).Distinct())
        {
            AliveHost[] hosts = [.. alive.Where(h => h.Port == port)];
            (AliveHost? name, AliveHost? at) = (from n in hosts from a in hosts where !n.All.Contains(a.Address) select (n, a)).FirstOrDefault();
            if (at is not null) yield return Alive("spoofed-sni", $"SNI {name!.Name} at the address of {at.Name}", Tls(at.Address, name.Name), at);
            if (DeniedName() is { } denied) yield return Alive("denied-sni", $"SNI {denied} at the address of {hosts[0].Name}", Tls(hosts[0].Address, denied), hosts[0]);
            yield return Alive("no-sni", $"no SNI at the address of {hosts[0].Name}", Tls(hosts[0].Address, null), hosts[0]);
            yield return Alive("http-on-443", $"plain HTTP to {hosts[0].Name} on port 443", new Probe { Kind = ProbeKind.Http, To = hosts[0].Address, Port = Https, Name = hosts[0].Name, Token = Token() }, hosts[0]);
        }
        if (AnyName() is not { } permitted) yield break;
        Address nobody = Nobody();
        yield return Plain("spoofed-sni-elsewhere", $"SNI {permitted} at somebody else's address", Tls(nobody, permitted));
        yield return Plain("forged-host", $"Host {permitted} at somebody else's address", new Probe { Kind = ProbeKind.Http, To = nobody, Port = Http, Name = permitted, Token = Token() });
    }

    private IEnumerable<VerifyCheck?> Literal()
    {
        Address nobody = Nobody();
        yield return Plain("literal-443", "a literal address, port 443", Tls(nobody, null));
        foreach (ushort port in OtherPorts) yield return Plain($"literal-{port}", $"a literal address, port {port}", new Probe { Kind = ProbeKind.Tcp, To = nobody, Port = port, Token = Token() });
    }

    private IEnumerable<VerifyCheck?> Datagrams()
    {
        Address[] places = [Nobody(), .. alive.Select(h => h.Address).Take(1)];
        foreach (Address to in places)
        {
            string where = to == places[0] ? "elsewhere" : "permitted-host";
            DomainName? claimed = to == places[0] ? AnyName() : DeniedName() ?? NameSamples.Read("example.com");
            if (claimed is not null) yield return Plain($"quic-{where}", $"a QUIC Initial for {claimed}", new Probe { Kind = ProbeKind.Quic, To = to, Port = Https, Name = claimed, Token = Token() });
            yield return Plain($"udp-{where}", "a datagram", new Probe { Kind = ProbeKind.Udp, To = to, Port = SomeUdp, Token = Token() });
            yield return Plain($"echo-{where}", "an ICMP echo request", new Probe { Kind = ProbeKind.Echo, To = to, Token = Token() });
        }
    }

    private IEnumerable<VerifyCheck?> Metadata() => AddressSamples.Metadata(family)
        .Select(to => Plain($"metadata-{to}", "the cloud's metadata service", new Probe { Kind = ProbeKind.Http, To = to, Port = Http, Token = Token() }));

    // Ranges that everybody has, then those that the policy itself denies.
    private IEnumerable<VerifyCheck?> Sideways()
    {
        IEnumerable<(string Name, Prefix Prefix)> denied =
            from rule in ground.Rules
            where rule.Action == RuleAction.Deny && rule.ToNames.IsEmpty
            from prefix in AddressSamples.Of(rule, ground.Policy)
            select (rule.Name, prefix);
        foreach ((string name, Prefix prefix) in AddressSamples.Private(family).Select(p => ("private", p)).Concat(denied).Where(p => p.Item2.Network.IsV6 == (family == 6)).DistinctBy(p => p.Item2).Take(MostPrefixes))
        {
            if (Choose(prefix) is not { } to) continue;
            yield return Plain($"sideways-{prefix}", $"an address in {prefix} ({name}), TCP", new Probe { Kind = ProbeKind.Tcp, To = to, Port = Https, Token = Token() });
            yield return Plain($"sideways-{prefix}-udp", $"an address in {prefix} ({name}), UDP", new Probe { Kind = ProbeKind.Udp, To = to, Port = SomeUdp, Token = Token() });
        }
    }

    private IEnumerable<VerifyCheck?> Others() =>
        from other in ground.Compiled.Agents.Where((_, i) => i != ground.Agent).Take(MostOthers)
        from to in other.Addresses.Where(a => a.IsV6 == (family == 6) && !ground.AgentEntry.Addresses.Contains(a)).Take(1)
        from kind in (ProbeKind[])[ProbeKind.Tcp, ProbeKind.Udp, ProbeKind.Echo]
        select Plain($"other-agent-{other.Id}-{kind}".ToLowerInvariant(), $"another agent, {other.Id}", new Probe { Kind = kind, To = to, Port = kind == ProbeKind.Echo ? (ushort)0 : (ushort)7000, Token = Token() });

    private IEnumerable<VerifyCheck?> Gateway() =>
        from to in ground.NextHops
        where to.IsV6 == (family == 6) && !ground.Resolvers.Contains(to) && AddressSamples.Metadata(family).All(m => m != to)
        from port in GatewayPorts
        select new VerifyCheck
        {
            Id = $"escape/gateway-{port}/{family}",
            Title = $"the gateway's own port {port}",
            Probe = new Probe { Kind = ProbeKind.Tcp, To = to, Port = port, Token = Token() },
            Expected = new Expected(false, Stage.FirstPacket, "", [Reason.GatewayItself]),
            Witness = Witness.GatewayItself,
        };

    private IEnumerable<VerifyCheck?> Resolvers()
    {
        DomainName asked = AnyName() ?? NameSamples.Read("example.com")!;
        foreach (Address to in ground.OtherResolvers.Where(r => r.IsV6 == (family == 6) && !ground.Resolvers.Contains(r)))
        {
            yield return Plain($"resolver-{to}-udp", "another resolver, UDP", Question(to, asked));
            yield return Plain($"resolver-{to}-tcp", "another resolver, TCP", Question(to, asked) with { Kind = ProbeKind.QuestionOverTcp });
            yield return Plain($"resolver-{to}-tls", "another resolver, DNS over TLS", new Probe { Kind = ProbeKind.Tls, To = to, Port = DnsOverTls, Token = Token() });
            yield return Plain($"resolver-{to}-https", "another resolver, DNS over HTTPS", Tls(to, null));
        }
    }

    // Data in labels leaves with the question (D1): through the resolver that may be asked.
    private IEnumerable<VerifyCheck?> Labels()
    {
        if (ground.Resolvers.FirstOrDefault(r => r.IsV6 == (family == 6)) is not { IsKnown: true } resolver) yield break;
        string data = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        foreach ((string what, DomainName? below) in ((string, DomainName?)[])[("nobodys", NameSamples.Read("exeat-verify.example")), ("permitted", AnyName()), ("denied", DeniedName())])
        {
            if (below is null || NameSamples.Read($"{data}.{Token()}.{below}") is not { } carrier) continue;
            yield return Plain($"labels-{what}", $"data in labels below {below}", Question(resolver, carrier));
            yield return Plain($"labels-{what}-tcp", $"data in labels below {below}, TCP", Question(resolver, carrier) with { Kind = ProbeKind.QuestionOverTcp });
        }
        if (AnyName() is { } name) yield return Plain("free-text", $"a TXT question for {name}", Question(resolver, name) with { Type = Wire.Dns.DnsType.TXT });
    }

    // The policy's own tests to addresses. Those of the resolver's port are the checks resolver/udp and resolver/tcp: it answers questions, and what else comes there.
    private IEnumerable<VerifyCheck?> LiteralTests() =>
        from test in ground.Policy.Tests
        where test.Agent == ground.AgentEntry.Id && test.To is { Name: null, Address.IsKnown: true } && test.To.Address.IsV6 == (family == 6)
        where test.To.Port != Dns || !_foresight.MayAsk(test.To.Address)
        let kind = test.To.Scheme switch { DestinationScheme.Https => ProbeKind.Tls, DestinationScheme.Http => ProbeKind.Http, DestinationScheme.Tcp => ProbeKind.Tcp, DestinationScheme.Udp => ProbeKind.Udp, _ => ProbeKind.Echo }
        select Made($"test/{test.To}/{family}", $"the policy's test, {test.Where.File}:{test.Where.Line}", new Probe { Kind = kind, To = test.To.Address, Port = test.To.Port, Name = test.To.Sni, Token = Token() }, Witness.None);

    private VerifyCheck? Alive(string id, string title, Probe probe, AliveHost host) => Refused(Made($"escape/{id}/{family}", title, probe, Witness.AnsweredBefore, host.Name));

    private VerifyCheck? Plain(string id, string title, Probe probe) =>
        Refused(Made($"escape/{id}/{family}", title, probe, AddressSamples.IsNobodys(probe.To) ? Witness.NobodyThere : Witness.None));

    private VerifyCheck Made(string id, string title, Probe probe, Witness witness, params ReadOnlySpan<DomainName> bound)
    {
        DomainName[] names = bound.IsEmpty ? [.. alive.Where(h => h.All.Contains(probe.To)).Select(h => h.Name).Distinct()] : [.. bound, .. alive.Where(h => h.All.Contains(probe.To)).Select(h => h.Name)];
        return new VerifyCheck { Id = id, Title = title, Probe = probe, Expected = _foresight.Of(probe, [.. names.Distinct()]), Witness = witness };
    }

    private static VerifyCheck? Refused(VerifyCheck check) => check.Expected.Permits ? null : check;

    // An address there that the policy refuses: some of a range may be permitted.
    private Address? Choose(Prefix prefix)
    {
        for (int i = 0; i < 8; i++)
        {
            Address to = AddressSamples.In(prefix, ground.Random);
            if (ground.NextHops.Contains(to) || ground.Resolvers.Contains(to) || IsBesideAnAgent(to)) continue;
            if (!_foresight.Of(new Probe { Kind = ProbeKind.Tcp, To = to, Port = Https }).Permits) return to;
        }
        return null;
    }

    // Agents are tried one by one, and beside them lie addresses of the gateway's own.
    private bool IsBesideAnAgent(Address to) => ground.Compiled.Agents.SelectMany(a => a.Addresses).Any(a => Prefix.Of(a, a.IsV6 ? 64 : 29).Contains(to));

    private Address Nobody()
    {
        Address to = AddressSamples.Nobody(family, ground.Random);
        for (int i = 0; i < 8 && (ground.OtherResolvers.Contains(to) || ground.Far.Contains(to) || alive.Any(h => h.All.Contains(to))); i++) to = AddressSamples.Nobody(family, ground.Random);
        return to;
    }

    private DomainName? AnyName() => alive.Select(h => h.Name).Concat(PermittedNames()).FirstOrDefault();

    private IEnumerable<DomainName> PermittedNames() =>
        ground.Rules.Where(r => r.Action == RuleAction.Permit && !r.ToNames.IsEmpty).SelectMany(r => NameSamples.Of(r, ground.Policy, ground.Now)).Where(_foresight.Resolves);

    private DomainName? DeniedName() =>
        ground.Rules.Where(r => r.Action == RuleAction.Deny && !r.ToNames.IsEmpty && r.ToGroups.IsEmpty).SelectMany(r => NameSamples.Of(r, ground.Policy, ground.Now)).FirstOrDefault();

    private Probe Tls(Address to, DomainName? name) => new() { Kind = ProbeKind.Tls, To = to, Port = Https, Name = name, Token = Token() };

    private Probe Question(Address to, DomainName name) => new() { Kind = ProbeKind.Question, To = to, Port = Dns, Name = name, Token = Token() };

    private string Token() => ground.Tokens.Next();
}
