using Exeat.Names;

namespace Exeat.Cli.Verify;

/// <summary>The same escapes towards a host of the user's outside, which counts what arrives: there silence proves something too.</summary>
internal static class FarPlan
{
    private const ushort Https = 443, Dns = 53;

    public static IEnumerable<VerifyCheck> Of(VerifyGround ground, int family, IReadOnlyList<AliveHost> alive)
    {
        DomainName? name = alive.Select(h => h.Name).FirstOrDefault()
            ?? ground.Rules.Where(r => r.Action == Policy.RuleAction.Permit).SelectMany(r => NameSamples.Of(r, ground.Policy, ground.Now)).FirstOrDefault();
        foreach (Address to in ground.Far.Where(a => a.IsV6 == (family == 6)).Take(1))
        {
            Probe some = new() { Kind = ProbeKind.Tcp, To = to };
            if (name is not null)
            {
                yield return Make(ground, "spoofed-sni", $"SNI {name}", some with { Kind = ProbeKind.Tls, Port = Https, Name = name });
                yield return Make(ground, "forged-host", $"Host {name}", some with { Kind = ProbeKind.Http, Port = 80, Name = name });
                yield return Make(ground, "quic", $"a QUIC Initial for {name}", some with { Kind = ProbeKind.Quic, Port = Https, Name = name });
            }
            yield return Make(ground, "no-sni", "no SNI", some with { Kind = ProbeKind.Tls, Port = Https });
            foreach (ushort port in (ushort[])[22, 8443]) yield return Make(ground, $"tcp-{port}", $"TCP to port {port}", some with { Port = port });
            yield return Make(ground, "dns-tls", "DNS over TLS", some with { Kind = ProbeKind.Tls, Port = 853 });
            yield return Make(ground, "udp-4444", "a datagram", some with { Kind = ProbeKind.Udp, Port = 4444 });
            foreach (ProbeKind kind in (ProbeKind[])[ProbeKind.Question, ProbeKind.QuestionOverTcp])
            {
                string token = ground.Tokens.Next();
                yield return Make(ground, kind == ProbeKind.Question ? "dns-udp" : "dns-tcp", "a question that carries data", some with { Kind = kind, Port = Dns, Name = NameSamples.Read($"{token}.exeat-verify.example"), Token = token });
            }
            yield return Make(ground, "echo", "an ICMP echo request", some with { Kind = ProbeKind.Echo });
        }
    }

    private static VerifyCheck Make(VerifyGround ground, string id, string title, Probe probe)
    {
        if (probe.Token.Length == 0) probe = probe with { Token = ground.Tokens.Next() };
        return new VerifyCheck { Id = $"far/{id}/{VerifyGround.FamilyOf(probe.To)}", Title = $"{title}, to the host that counts", Probe = probe, Expected = ground.Foresight.Of(probe), IsFar = true };
    }
}
