using Exeat.Names;

namespace Exeat.Policy;

public sealed partial class CompiledPolicy
{
    // The hello or request: everything is known, the first rule that matches decides.
    private Decision DecideFinally(in Attempt attempt)
    {
        Span<ulong> scratch = stackalloc ulong[2 * _words];
        Knowledge known = Know(attempt, scratch);
        int rule = FirstSure(known, _kinds.Enforced);
        Verdict verdict = VerdictOf(rule, attempt.Agent);
        int would = FirstOpposed(known, verdict);
        if (would > rule) would = Bits.None;
        Reason reason = ReasonOf(rule, verdict);
        if (reason == Reason.DefaultDeny) reason = WhyNotPermitted(attempt, known);
        if (reason == Reason.DeniedByRule && attempt.Claim == Claim.Unreadable && Bits.Has(_kinds.Named, rule)) reason = Reason.NameUnreadable;
        return new Decision(verdict, reason, NumberOf(rule), NumberOf(would), ProofOf(rule, attempt, known));
    }

    // The first packet. What the client will claim is open: any bound name, any other name, or nothing. The verdict is final only if all of these
    // lead to the same one; hence it is the same at the hello, whatever the hello says (the property that tests check).
    //
    //   a claim that is not bound   permits by name are false, and it can be chosen to match any deny by name, or none
    //   a bound name b              the permits and denies by name that match b are true
    //   no name                     permits by name are false, denies that match any bound name are true
    private Decision DecideFirstPacket(in Attempt attempt)
    {
        Span<ulong> scratch = stackalloc ulong[2 * _words];
        Span<ulong> one = scratch[.._words], bound = scratch[_words..];
        Knowledge known = Know(attempt, scratch);
        int possiblePermit = Bits.None, boundDeny = Bits.None;
        foreach (DomainName name in attempt.Bound)
        {
            one.Clear();
            _names.Collect(name.Bytes, one, []);
            int permit = Bits.None, deny = Bits.None;
            for (int w = _words - 1; w >= 0; w--)
            {
                ulong named = known.Reach(w) & _kinds.Enforced[w] & _kinds.Named[w] & one[w];
                if ((named & _kinds.Permit[w] & ~_kinds.ProofDns[w]) is not 0 and var permits) permit = Bits.First(permits, w);
                if ((named & ~_kinds.Permit[w]) is not 0 and var denies) deny = Bits.First(denies, w);
            }
            // A permit behind a deny of the same name can never be reached by claiming that name.
            if (permit < deny) possiblePermit = Math.Min(possiblePermit, permit);
            boundDeny = Math.Min(boundDeny, deny);
            Bits.Or(bound, one);
        }

        int sure = FirstSure(known, _kinds.Enforced), possibleDeny = FirstDenyByName(known);
        Verdict verdict = VerdictOf(sure, attempt.Agent);
        if (verdict == Verdict.Permit ? possibleDeny < sure : possiblePermit < sure) return new Decision(Verdict.Pending, Reason.AwaitsHello);

        // A monitored rule is named only if it alone, enforced, would have made the other verdict final here.
        int would = FirstOpposed(known, verdict);
        if (would > sure || would > (verdict == Verdict.Permit ? possiblePermit : possibleDeny)) would = Bits.None;
        if (verdict == Verdict.Deny && boundDeny < sure)
            return new Decision(Verdict.Deny, Reason.DeniedByRule, NumberOf(boundDeny), NumberOf(would), Proof.Dns);
        Reason reason = ReasonOf(sure, verdict);
        if (reason == Reason.DefaultDeny) reason = WhyNotPermitted(attempt, known);
        Proof proof = sure != Bits.None && Bits.Has(_kinds.Named, sure) ? Proof.Dns : Proof.Address;
        return new Decision(verdict, reason, NumberOf(sure), NumberOf(would), proof);
    }

    // Scratch holds the claimed and the bound row. At the first packet no claim is read, and the caller fills the bound row itself.
    private Knowledge Know(in Attempt attempt, Span<ulong> scratch)
    {
        Span<ulong> claimed = scratch[.._words], bound = scratch[_words..];
        bool final = attempt.Stage != Stage.FirstPacket, isNamed = final && attempt.Claim == Claim.Name, isClaimBound = false;
        if (isNamed) _names.Collect(attempt.ClaimedName, claimed, []);
        if (final)
        {
            foreach (DomainName name in attempt.Bound)
            {
                isClaimBound |= isNamed && name.Bytes.SequenceEqual(attempt.ClaimedName);
                _names.Collect(name.Bytes, bound, []);
            }
        }
        return new Knowledge
        {
            From = _rows[_agentRows[attempt.Agent]],
            Protocol = _transports.OfProtocol(attempt.Protocol),
            Port = _transports.OfPort(attempt.Port),
            Address = RowAt(attempt.Destination),
            Claimed = claimed,
            Bound = bound,
            // What cannot be read may be any name: a deny must not be slipped by writing the name so that only the server understands it.
            DenyNames = isNamed ? claimed : !final ? _nothing : attempt.Claim == Claim.Unreadable ? _kinds.Named : bound,
            PermitNames = isClaimBound ? claimed : _nothing,
            IsClaimBound = isClaimBound,
        };
    }

    private int FirstSure(in Knowledge known, ReadOnlySpan<ulong> among)
    {
        for (int w = 0; w < _words; w++)
        {
            if ((known.Sure(w, _kinds) & among[w]) is not 0 and var sure) return Bits.First(sure, w);
        }
        return Bits.None;
    }

    // The first monitored rule that surely matches and says the opposite.
    private int FirstOpposed(in Knowledge known, Verdict verdict)
    {
        for (int w = 0; w < _words; w++)
        {
            ulong opposed = known.Sure(w, _kinds) & _kinds.Monitored[w] & (verdict == Verdict.Permit ? ~_kinds.Permit[w] : _kinds.Permit[w]);
            if (opposed != 0) return Bits.First(opposed, w);
        }
        return Bits.None;
    }

    private int FirstDenyByName(in Knowledge known)
    {
        for (int w = 0; w < _words; w++)
        {
            if ((known.Reach(w) & _kinds.Enforced[w] & _kinds.Named[w] & ~_kinds.Permit[w]) is not 0 and var denies) return Bits.First(denies, w);
        }
        return Bits.None;
    }

    // Why the default denied, when a permit by name came close.
    private Reason WhyNotPermitted(in Attempt attempt, in Knowledge known)
    {
        bool isNamed = attempt.Stage != Stage.FirstPacket && attempt.Claim == Claim.Name;
        ReadOnlySpan<ulong> names = isNamed ? known.Claimed : known.Bound;
        bool byName = false, elsewhere = false;
        for (int w = 0; w < _words; w++)
        {
            ulong permits = known.From[w] & known.Protocol[w] & known.Port[w] & names[w] & _kinds.Named[w] & _kinds.Permit[w] & _kinds.Enforced[w];
            byName |= (permits & known.Address[w]) != 0;
            elsewhere |= (permits & ~known.Address[w]) != 0;
        }
        if (byName) return isNamed ? Reason.NameNotBound : attempt.Stage == Stage.FirstPacket ? Reason.DefaultDeny : Reason.NoNameProven;
        return elsewhere ? Reason.AddressNotAllowed : Reason.DefaultDeny;
    }

    private Proof ProofOf(int rule, in Attempt attempt, in Knowledge known)
    {
        if (rule == Bits.None || !Bits.Has(_kinds.Named, rule)) return Proof.Address;
        if (Bits.Has(_kinds.Permit, rule)) return Bits.Has(known.PermitNames, rule) ? attempt.ClaimProof : Proof.Dns;
        if (attempt.Claim == Claim.Name) return known.IsClaimBound ? attempt.ClaimProof : Proof.Address;
        return Bits.Has(known.Bound, rule) ? Proof.Dns : Proof.Address;
    }

    private Verdict VerdictOf(int rule, int agent) =>
        rule == Bits.None ? DefaultOf(agent) : Bits.Has(_kinds.Permit, rule) ? Verdict.Permit : Verdict.Deny;

    // A default that permits holds only where the mode is monitor.
    private Verdict DefaultOf(int agent) => _permitsByDefault && Agents[agent].EffectiveMode == Mode.Monitor ? Verdict.Permit : Verdict.Deny;

    private static Reason ReasonOf(int rule, Verdict verdict) => (rule, verdict) switch
    {
        (Bits.None, Verdict.Permit) => Reason.DefaultPermit,
        (Bits.None, _) => Reason.DefaultDeny,
        (_, Verdict.Permit) => Reason.PermittedByRule,
        _ => Reason.DeniedByRule,
    };

    private static int NumberOf(int rule) => rule == Bits.None ? 0 : rule + 1;
}
