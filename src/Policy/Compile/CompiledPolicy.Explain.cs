using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

public sealed partial class CompiledPolicy
{
    /// <summary>Decides, and says of every rule whether it matches or which condition fails first. Reads the rows that <see cref="Decide"/> reads.</summary>
    public Explanation Explain(in Attempt attempt)
    {
        Decision decision = Decide(attempt);
        var findings = ImmutableArray.CreateBuilder<RuleFinding>(Rules.Length + 1);
        if (decision.Rule == QuarantineRule)
            findings.Add(new RuleFinding(QuarantineRule, RuleName(QuarantineRule), RuleAction.Deny, RuleMode.Enforce, Finding.Matches, true));
        else if (decision.Reason != Reason.UnknownAgent)
        {
            Span<ulong> scratch = stackalloc ulong[3 * _words];
            for (int r = 0; r < Rules.Length; r++)
            {
                scratch.Clear();
                Finding finding = attempt.Stage == Stage.Dns ? FindAtQuestion(attempt, r, scratch) : Find(attempt, r, scratch[..(2 * _words)]);
                findings.Add(new RuleFinding(r + 1, Rules[r].Name, Rules[r].Action, Rules[r].Mode, finding, decision.Rule == r + 1));
            }
        }
        if (decision.Rule == 0)
        {
            RuleAction action = decision.Verdict == Verdict.Permit ? RuleAction.Permit : RuleAction.Deny;
            Finding finding = decision.Verdict == Verdict.Pending ? Finding.MayMatch : Finding.Matches;
            findings.Add(new RuleFinding(0, RuleName(decision), action, RuleMode.Enforce, finding, decision.Verdict != Verdict.Pending));
        }
        return new Explanation(decision, RuleName(decision), findings.ToImmutable());
    }

    private Finding? FindInert(int agent, int rule)
    {
        if (Rules[rule].Mode == RuleMode.Off) return Finding.Off;
        if (Bits.Has(_kinds.Empty, rule)) return Finding.EmptyGroups;
        if (!Bits.Has(_kinds.Enforced, rule) && !Bits.Has(_kinds.Monitored, rule)) return Finding.Expired;
        return Bits.Has(_rows[_agentRows[agent]], rule) ? null : Finding.OtherAgent;
    }

    private Finding Find(in Attempt attempt, int rule, Span<ulong> scratch)
    {
        if (FindInert(attempt.Agent, rule) is { } inert) return inert;
        Knowledge known = Know(attempt, scratch);
        bool isFirstPacket = attempt.Stage == Stage.FirstPacket;
        if (isFirstPacket)
        {
            foreach (DomainName name in attempt.Bound) _names.Collect(name.Bytes, scratch[_words..], []);
        }
        if (!Bits.Has(known.Protocol, rule)) return Finding.OtherProtocol;
        if (!Bits.Has(known.Port, rule)) return Finding.OtherPort;
        if (!Bits.Has(known.Address, rule)) return Finding.OtherAddress;
        if ((known.Sure(rule >> 6, _kinds) >> rule & 1) != 0) return Finding.Matches;
        if (isFirstPacket && !(Bits.Has(_kinds.Permit, rule) && !Bits.Has(known.Bound, rule))) return Finding.MayMatch;
        if (!Bits.Has(_kinds.Permit, rule)) return Finding.OtherName;
        if (Bits.Has(known.Claimed, rule)) return Finding.NameNotBound;
        return attempt.Claim != Claim.Name && Bits.Has(known.Bound, rule) ? Finding.NoNameProven : Finding.OtherName;
    }

    private Finding FindAtQuestion(in Attempt attempt, int rule, Span<ulong> scratch)
    {
        if (FindInert(attempt.Agent, rule) is { } inert) return inert;
        Question asked = Ask(attempt, scratch);
        bool isPermit = Bits.Has(_kinds.Permit, rule);
        if (Bits.Has(isPermit ? asked.Permits : asked.Denies, rule))
        {
            Span<ulong> denies = stackalloc ulong[_words];
            Deciding(asked.Denies, Bits.None, denies);
            return isPermit && _transports.Covered(rule, denies) ? Finding.Covered : Finding.Matches;
        }
        if (isPermit) return Bits.Has(_kinds.Named, rule) || !Rules[rule].Resolve.IsEmpty ? Finding.OtherName : Finding.StatesNoName;
        return Bits.Has(_kinds.Addressed, rule) ? Finding.NeedsAddress : Finding.OtherName;
    }
}
