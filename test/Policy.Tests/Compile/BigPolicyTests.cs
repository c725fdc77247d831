using System.Collections.Frozen;
using System.Text;
using Exeat.Names;
using Exeat.Testing;
using static Exeat.Policy.Tests.Compile.Policies;

namespace Exeat.Policy.Tests.Compile;

/// <summary>Deciding must not allocate, however big the policy is.</summary>
public sealed class BigPolicyTests
{
    [Fact]
    public void Deciding_allocates_nothing_at_any_stage()
    {
        CompiledPolicy policy = CompiledPolicy.Compile(Big(), Agents(), Now);
        DomainName[] bound = [.. Enumerable.Range(0, 8).Select(i => DomainName.FromCanonical(Encoding.ASCII.GetBytes($"h{i}.zone{i}.example{i}.com")))];
        var verdicts = new HashSet<Verdict>();
        foreach (Stage stage in Enum.GetValues<Stage>())
        {
            foreach (Address to in (Address[])[Public, PublicV6, Private, PrivateV6])
            {
                Verdict verdict = default;
                long allocated = Allocations.Of(() =>
                {
                    verdict = policy.Decide(new Attempt
                    {
                        Agent = 0,
                        Stage = stage,
                        Protocol = 6,
                        Port = 443,
                        Destination = to,
                        Claim = stage == Stage.FirstPacket ? Claim.NotSeen : Claim.Name,
                        ClaimedName = bound[3].Bytes,
                        Bound = bound,
                        ClaimProof = Proof.DnsSni,
                    }).Verdict;
                    policy.AllowsBinding(0, bound[2].Bytes, to);
                    policy.MatchBelow(0, "example1.com"u8);
                });
                Assert.Equal(0, allocated);
                verdicts.Add(verdict);
            }
        }
        Assert.Equal(3, verdicts.Count);
    }

    [Fact]
    public void A_policy_of_more_rules_than_fit_is_refused()
    {
        Rule[] rules = [.. Enumerable.Range(0, CompiledPolicy.MaxRules + 1).Select(i => Permit($"rule-{i}"))];
        Assert.Throws<ArgumentException>(() => Of(rules));
        Assert.Equal(Verdict.Permit, new Try { To = Public }.Decide(Of(rules[1..])).Verdict);
    }

    private static Policy Big()
    {
        Policy policy = Checked(Mode.Enforce, [.. Enumerable.Range(0, 500).Select(r => (r % 5) switch
        {
            0 => Deny($"deny-{r}", $"x{r}.example{r}.com"),
            1 => Deny($"deny-{r}").To("private").Tcp((ushort)(r == 1 ? 443 : r)),
            _ => Permit($"permit-{r}", [.. Enumerable.Range(0, 20).Select(i => $"h{i}.zone{i}.example{r}.com"), $"*.zone{r}.example{r}.com", $"**.deep{r}.com", $"a-*.*.o{r}.org"]).Tcp(443),
        }).Append(Permit("permit-bound", [.. Enumerable.Range(0, 8).Select(i => $"h{i}.zone{i}.example{i}.com")]).To("public").Tcp(443))]);
        var many = new SmartGroup { Name = "private", AnyOf = [new GroupSelector { Cidrs = [.. Enumerable.Range(0, 1000).Select(i => Prefix.Of(Address.V4(0x0A000000u + ((uint)i << 8)), 24)), Prefix.Of(PrivateV6, 64)] }] };
        return policy with { SmartGroups = policy.SmartGroups.Values.Where(g => g.Name != many.Name).Append(many).ToFrozenDictionary(g => g.Name) };
    }
}
