namespace Exeat.Policy;

public sealed partial class CompiledPolicy
{
    // The question. Address, protocol and port are open: the name may be resolved if some permit states it and earlier denies of the name leave over
    // some protocol and port of that permit. Rules with addresses deny nothing here, and permits without names open nothing.
    private Decision DecideQuestion(in Attempt attempt)
    {
        Span<ulong> scratch = stackalloc ulong[3 * _words];
        Question asked = Ask(attempt, scratch);
        int permit = FirstOpen(asked, Bits.None);
        bool byDefault = permit == Bits.None && IsOpenByDefault(asked, Bits.None, attempt.Agent);
        bool permitted = permit != Bits.None || byDefault;
        int would = NumberOf(WouldChange(asked, permitted, attempt.Agent));
        if (permitted) return new Decision(Verdict.Permit, byDefault ? Reason.DefaultPermit : Reason.PermittedByRule, NumberOf(permit), would);

        int deny = FirstDenying(asked);
        Reason reason = MatchBelow(attempt.Agent, attempt.ClaimedName) ? Reason.EmptyNonTerminal : ReasonOf(deny, Verdict.Deny);
        return new Decision(Verdict.Deny, reason, NumberOf(deny), would);
    }

    private Question Ask(in Attempt attempt, Span<ulong> scratch)
    {
        Span<ulong> named = scratch[.._words], permits = scratch[_words..(2 * _words)], denies = scratch[(2 * _words)..];
        if (attempt.Claim == Claim.Name) _names.Collect(attempt.ClaimedName, named, permits);
        ReadOnlySpan<ulong> from = _rows[_agentRows[attempt.Agent]];
        for (int w = 0; w < _words; w++)
        {
            permits[w] = from[w] & _kinds.Permit[w] & (named[w] | permits[w]);
            denies[w] = from[w] & ~_kinds.Permit[w] & ~_kinds.Addressed[w] & (named[w] | ~_kinds.Named[w]);
        }
        return new Question { Named = named, Permits = permits, Denies = denies };
    }

    // The first permit that denies before it leave something of. `also` is a monitored rule that is imagined to decide.
    private int FirstOpen(in Question asked, int also)
    {
        Span<ulong> denies = stackalloc ulong[_words];
        Deciding(asked.Denies, also, denies);
        for (int permit = Bits.FirstFrom(asked.Permits, 0); permit != Bits.None; permit = Bits.FirstFrom(asked.Permits, permit + 1))
        {
            if ((permit == also || Bits.Has(_kinds.Enforced, permit)) && !_transports.Covered(permit, denies)) return permit;
        }
        return Bits.None;
    }

    private bool IsOpenByDefault(in Question asked, int also, int agent)
    {
        if (DefaultOf(agent) != Verdict.Permit) return false;
        Span<ulong> denies = stackalloc ulong[_words];
        Deciding(asked.Denies, also, denies);
        return !_transports.Covered(Bits.None, denies);
    }

    private void Deciding(ReadOnlySpan<ulong> rules, int also, Span<ulong> deciding)
    {
        for (int w = 0; w < _words; w++) deciding[w] = rules[w] & _kinds.Enforced[w];
        if (also != Bits.None && Bits.Has(rules, also)) Bits.Set(deciding, also);
    }

    // The first monitored rule that alone, enforced, would turn the answer.
    private int WouldChange(in Question asked, bool permitted, int agent)
    {
        ReadOnlySpan<ulong> opposed = permitted ? asked.Denies : asked.Permits;
        for (int rule = Bits.FirstBoth(opposed, _kinds.Monitored); rule < Bits.None; rule = Bits.FirstFrom(opposed, rule + 1))
        {
            if (!Bits.Has(_kinds.Monitored, rule)) continue;
            bool would = FirstOpen(asked, rule) != Bits.None || IsOpenByDefault(asked, rule, agent);
            if (would != permitted) return rule;
        }
        return Bits.None;
    }

    // Whom to name: the first deny that matches the name, or that leaves nothing to anybody, or that took from the first permit of the name.
    private int FirstDenying(in Question asked)
    {
        int permit = Bits.FirstBoth(asked.Permits, _kinds.Enforced);
        for (int deny = Bits.FirstBoth(asked.Denies, _kinds.Enforced); deny < Bits.None; deny = Bits.FirstFrom(asked.Denies, deny + 1))
        {
            if (!Bits.Has(_kinds.Enforced, deny)) continue;
            if (Bits.Has(asked.Named, deny) || Bits.Has(_kinds.AnyTransport, deny)) return deny;
            if (deny < permit && permit != Bits.None && _transports.Meet(permit, deny)) return deny;
        }
        return Bits.None;
    }

    /// <summary>The rules that speak of a question, enforced and monitored alike.</summary>
    private readonly ref struct Question
    {
        public required ReadOnlySpan<ulong> Named { get; init; }

        public required ReadOnlySpan<ulong> Permits { get; init; }

        public required ReadOnlySpan<ulong> Denies { get; init; }
    }
}
