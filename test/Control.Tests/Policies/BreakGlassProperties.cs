using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CsCheck;
using Exeat.Api.Control;
using Exeat.Control.Policies;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Control.Tests.Policies;

/// <summary>Whatever the policy and whatever the glass: what a rule or a quarantine denies stays denied, and what is permitted stays so, by the same rule.</summary>
public sealed class BreakGlassProperties
{
    private static readonly string[] Names = ["a.o.example", "b.o.example", "a.b.o.example", "o.example"];
    private static readonly Gen<string> Pattern = Gen.OneOf("a.o.example", "b.o.example", "*.o.example", "**.o.example", "*.b.o.example", "a*.o.example");
    private static readonly Gen<string> Cidr = Gen.OneOf("198.51.100.0/24", "198.51.100.0/30", "198.51.0.0/16", "198.51.100.2", "2001:db8::/32", "2001:db8::2");

    private static readonly Gen<string> RuleText = Gen.Select(Gen.Bool, Pattern.Array[0, 2], Cidr.Array[0, 2], Gen.OneOf("", "protocol: tcp, ", "protocol: udp, "), Gen.OneOf("", "from: [coders], ", "from: [others], "),
        Gen.Frequency((8, "enforce"), (1, "monitor"), (1, "off")), (permit, names, cidrs, protocol, from, mode) =>
        {
            string to = string.Join(", ", ((string?[])[names.Length > 0 ? "names: [N]" : null, cidrs.Length > 0 ? "groups: [G]" : null]).OfType<string>());
            return $"{string.Join('|', names.Distinct())};{string.Join('|', cidrs.Distinct())};{from}{(to.Length > 0 ? $"to: {{{to}}}, " : "")}{protocol}mode: {mode}, action: {(permit ? "permit" : "deny")}";
        });

    private static readonly Gen<PolicyWindowRequest> Glass = Gen.Select(Pattern.Array[0, 2], Cidr.Array[0, 2], Gen.OneOf("tcp", "udp"), Gen.Bool, (names, cidrs, protocol, byClass) => new PolicyWindowRequest
    {
        Names = names.Length + cidrs.Length == 0 ? ["a.o.example"] : [.. names.Distinct()],
        Cidrs = [.. cidrs.Distinct()],
        Protocol = protocol,
        Ports = [443],
        Classes = byClass ? ["coding"] : [],
        Agents = byClass ? [] : ["coding-1"],
        Minutes = 10,
        Reason = "why",
    });

    [Fact]
    public void It_permits_nothing_that_is_denied_but_by_the_default_and_takes_nothing_away()
    {
        using var room = new PolicyRoom();
        FleetGateway gateway = new("gw-1", PolicyRoom.AgentsOf("coding-1:coding", "coding-2:coding", "other-1:other"), null, []);
        AgentsDocument agents = gateway.Agents! with { Agents = gateway.Agents!.Agents.SetItem(1, gateway.Agents.Agents[1] with { Quarantined = true }) };
        int composed = 0, permitted = 0, deniedByRule = 0, number = 0;
        Gen.Select(RuleText.Array[1, 5], Glass.Array[1, 2]).Sample((rules, glasses) =>
        {
            if (Publish(room, rules) is not { } version) return;
            var windows = glasses.Select((request, i) => new PolicyWindow { Id = $"w{number++}-{i}", Kind = PolicyWindow.BreakGlass, Request = request, Actor = "user:anna", Starts = room.Time.GetUtcNow(), Ends = room.Time.GetUtcNow().AddMinutes(10) }).ToArray();
            Composition made = room.Composer.Make(version, windows);
            if (made.Windows.IsEmpty) return;
            composed++;
            DateTimeOffset now = room.Time.GetUtcNow();
            CompiledPolicy before = CompiledPolicy.Compile(room.Versions.Read(version).Policy!, agents, now), after = CompiledPolicy.Compile(made.Policy!, agents, now);
            CompiledPolicy over = CompiledPolicy.Compile(made.Policy!, agents, now.AddMinutes(10));
            foreach (Attempted attempt in Attempts())
            {
                Decision a = attempt.Decide(before), b = attempt.Decide(after), c = attempt.Decide(over);
                string said = $"{before.RuleName(a)} {a.Verdict} → {after.RuleName(b)} {b.Verdict}: {attempt}\n{string.Join('\n', rules)}\n{string.Join('\n', glasses.Select(glass => glass.ToString()))}";
                if (attempt.Stage == Stage.FirstPacket)
                {
                    // More may come to depend on the hello; nothing that was refused for good passes before it.
                    Assert.False(a.Verdict == Verdict.Deny && a.Rule != 0 && b.Verdict == Verdict.Permit, said);
                    continue;
                }
                bool byGlass = b.Verdict == Verdict.Permit && after.RuleName(b).StartsWith("break-glass-", StringComparison.Ordinal);
                // A question is open as soon as something is left of a name; a flow is decided by its first rule.
                if (attempt.Stage == Stage.Dns ? a.Verdict == Verdict.Permit : a.Rule != 0) Assert.True((a.Verdict, before.RuleName(a)) == (b.Verdict, after.RuleName(b)), said);
                else Assert.True(b.Verdict == Verdict.Deny || byGlass, said);
                // On a list of denied names, for any protocol: then no glass, on any other either.
                if (attempt.Claimed is { } claimed && rules.Any(rule => IsListed(rule, attempt.Agent, claimed))) Assert.False(byGlass, "listed: " + said);
                Assert.True((a.Verdict, before.RuleName(a)) == (c.Verdict, over.RuleName(c)), "after its end: " + said);
                if (b.Verdict != a.Verdict) permitted++;
                if (a.Rule != 0 && a.Verdict == Verdict.Deny) deniedByRule++;
            }
        }, iter: 150, threads: 1);
        Assert.True(composed > 20 && permitted > 20 && deniedByRule > 20, $"too little was tried: {composed} composed, {permitted} newly permitted, {deniedByRule} denied by rules");
    }

    private static bool IsListed(string rule, int agent, string name)
    {
        string[] parts = rule.Split(';');
        return parts[0].Length > 0 && parts[1].Length == 0 && parts[2].Contains("mode: enforce, action: deny", StringComparison.Ordinal)
            && (!parts[2].Contains("from: [others]", StringComparison.Ordinal) || agent == 2) && (!parts[2].Contains("from: [coders]", StringComparison.Ordinal) || agent < 2)
            && parts[0].Split('|').Any(text => NamePattern.TryParse(text, out NamePattern? pattern, out _) && pattern.Matches(System.Text.Encoding.ASCII.GetBytes(name)));
    }

    private static string? Publish(PolicyRoom room, string[] rules)
    {
        var text = new StringBuilder("apiVersion: exeat/v1\nkind: Policy\nmode: enforce\nsmartGroups:\n  coders: {class: coding}\n  others: {class: other}\n");
        for (int i = 0; i < rules.Length; i++)
            if (rules[i].Split(';')[1] is { Length: > 0 } cidrs) text.Append(CultureInfo.InvariantCulture, $"  g{i}: {{cidrs: [{string.Join(", ", cidrs.Split('|').Select(cidr => $"\"{cidr}\""))}]}}\n");
        text.Append("webGroups:\n  always: {names: [always.example]}\n");
        for (int i = 0; i < rules.Length; i++)
            if (rules[i].Split(';')[0] is { Length: > 0 } names) text.Append(CultureInfo.InvariantCulture, $"  n{i}: {{names: [{string.Join(", ", names.Split('|').Select(name => $"\"{name}\""))}]}}\n");
        text.Append("rules:\n- {name: always, priority: 1, to: {names: [always]}, protocol: tcp, ports: [443], action: permit}\n");
        for (int i = 0; i < rules.Length; i++) text.Append(CultureInfo.InvariantCulture, $"- {{name: r{i}, priority: {i + 2}, {rules[i].Split(';')[2].Replace("[N]", $"[n{i}]", StringComparison.Ordinal).Replace("[G]", $"[g{i}]", StringComparison.Ordinal)}}}\n");
        // What the check refuses (shadowed rules, mostly) no gateway ever gets.
        ReadPolicy read = ContentReader.Read(PolicyRoom.Upload(text.ToString()), null, room.Time);
        return read.Policy is null ? null : room.Publish(text.ToString()).Version;
    }

    private static IEnumerable<Attempted> Attempts() =>
        from agent in (int[])[0, 1, 2]
        from stage in (Stage[])[Stage.Dns, Stage.FirstPacket, Stage.Hello]
        from protocol in (byte[])[6, 17]
        from address in (Address[])[Address.V4(0xC6336402), Address.V4(0xC6336463), Address.V6(((UInt128)0x20010DB8u << 96) | 2)]
        from bound in (string[][])[[], [Names[0]], [Names[1], Names[2]], [Names[3]]]
        from claimed in (string?[])[null, .. Names]
        where stage != Stage.FirstPacket || claimed is null
        where stage != Stage.Dns || claimed is not null
        select new Attempted(agent, stage, protocol, address, claimed, bound);

    private sealed record Attempted(int Agent, Stage Stage, byte Protocol, Address Address, string? Claimed, string[] Bound)
    {
        public Decision Decide(CompiledPolicy policy) => policy.Decide(new Attempt
        {
            Agent = Agent,
            Stage = Stage,
            Protocol = Protocol,
            Port = 443,
            Destination = Stage == Stage.Dns ? default : Address,
            Claim = Stage == Stage.FirstPacket ? Claim.NotSeen : Claimed is null ? Claim.Nothing : Claim.Name,
            ClaimedName = Claimed is null ? default : Name(Claimed).Bytes,
            Bound = Stage == Stage.Dns ? [] : [.. Bound.Select(Name)],
            ClaimProof = Protocol == 17 ? Proof.DnsQuic : Proof.DnsSni,
        });

        private static DomainName Name(string text) => DomainName.FromCanonical(System.Text.Encoding.ASCII.GetBytes(text));
    }
}
