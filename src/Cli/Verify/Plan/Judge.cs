using Exeat.Flows;
using Exeat.Policy;

namespace Exeat.Cli.Verify;

/// <summary>Says what an attempt proves. Nothing is held because nothing came back: a refusal counts when it was said, when a control answered in the same place, or when somebody who would know says so.</summary>
internal static class Judge
{
    /// <summary>Judges one attempt.</summary>
    /// <param name="check">What was tried and what has to come of it.</param>
    /// <param name="seen">How it looked.</param>
    /// <param name="record">What the records have of it.</param>
    /// <param name="arrived">Whether it arrived at the far side that counts; null: nobody counts there.</param>
    /// <param name="refusedOnTheWay">Whether a machine on the way refused another attempt to the same place, and said so.</param>
    public static (CheckOutcome Outcome, string Why) Of(VerifyCheck check, Seen seen, RecordLook record = default, bool? arrived = null, bool refusedOnTheWay = false)
    {
        if (seen.Look == Look.Untried) return (CheckOutcome.NotTested, seen.Text);
        if (seen.Look == Look.NoRoute) return (CheckOutcome.NotTested, "this place itself has no way there");
        return check.Expected.Permits ? Permitted(check, seen, record, arrived) : Refused(check, seen, record, arrived, refusedOnTheWay);
    }

    private static (CheckOutcome, string) Permitted(VerifyCheck check, Seen seen, RecordLook record, bool? arrived)
    {
        if (record.Event is { } read && Unlike(read, "permit", check.Expected) is { } unlike) return (CheckOutcome.Failed, unlike);
        if (seen.Look == Look.Blocked) return (CheckOutcome.Failed, $"the resolver blocks it, rule {Name(seen.Rule)}, denial {Name(seen.Denial)}; the policy permits it by {check.Expected.Rule}");
        bool through = seen.Look == Look.Answered || (seen.Connected && check.Expected.Stage == Stage.FirstPacket) || arrived == true;
        if (!through) return (CheckOutcome.Inconclusive, $"{seen.Text}: the destination may be down, so this control says nothing");
        return record.IsMissing ? (CheckOutcome.Failed, "it got through, and there is no record of it") : (CheckOutcome.Held, seen.Text);
    }

    private static (CheckOutcome, string) Refused(VerifyCheck check, Seen seen, RecordLook record, bool? arrived, bool refusedOnTheWay)
    {
        if (arrived == true) return (CheckOutcome.Failed, "ESCAPED: the far side counted it");
        if (Escape(check, seen) is { } escape) return (CheckOutcome.Failed, escape);
        if (record.Event is { } read)
        {
            if (Unlike(read, "deny", check.Expected) is { } unlike) return (CheckOutcome.Failed, unlike);
            return (CheckOutcome.Held, $"{seen.Text}; recorded: {read.Rule}, {read.Reason}");
        }
        if (seen.Look == Look.Blocked && seen.Rule is null) return (CheckOutcome.Inconclusive, "blocked by a resolver that is not the gateway's");
        if (record.IsMissing)
            return seen.Look is Look.Silence or Look.Unreachable ? (CheckOutcome.Inconclusive, $"{seen.Text}, and there is no record: it may never have come to the gateway") : (CheckOutcome.Failed, $"{seen.Text}, and there is no record of it");
        return Proof(check, seen, arrived, refusedOnTheWay) is { } proof ? (CheckOutcome.Held, $"{seen.Text}{proof}") : (CheckOutcome.Inconclusive, $"{seen.Text}: a missing host looks the same; give records (--journal, --socket) or a far side (--far)");
    }

    // What shows that it got through, whatever else is known.
    private static string? Escape(VerifyCheck check, Seen seen)
    {
        bool own = check.Probe.IsQuestion && check.Expected.Stage == Stage.Dns;
        return seen.Look switch
        {
            Look.Answered => own ? "ESCAPED: the question was answered" : "ESCAPED: the far side answered",
            Look.NoSuchName when own => "ESCAPED: the question left; the resolver answered without refusing it",
            Look.NoSuchName or Look.ResolverFailed or Look.Blocked when !own => "ESCAPED: that resolver answered",
            Look.RefusedThere when check.Witness != Witness.GatewayItself => $"ESCAPED: {seen.Text}",
            Look.Closed when check.Witness == Witness.AnsweredBefore => $"ESCAPED: {seen.Text}; a gateway resets",
            Look.Blocked when seen.Rule is { } rule && check.Expected.Rule.Length > 0 && rule != check.Expected.Rule => $"refused by {Name(rule)}; the policy says {check.Expected.Text}",
            _ when seen.Connected && check.Expected.Stage == Stage.FirstPacket => $"ESCAPED: {seen.Text}, though the first packet had to be refused",
            _ => null,
        };
    }

    // Without records: what makes a refusal one of the gateway's, and no missing host.
    private static string? Proof(VerifyCheck check, Seen seen, bool? arrived, bool refusedOnTheWay) => seen.Look switch
    {
        Look.Blocked => $", denial {Name(seen.Denial)}",
        Look.Prohibited => "",
        _ when arrived == false => "; the far side counted nothing",
        Look.Reset or Look.Silence or Look.Unreachable when check.Witness == Witness.GatewayItself => "; nothing of the gateway answers there",
        Look.RefusedThere or Look.ProhibitedThere when check.Witness == Witness.GatewayItself => "; nothing of the gateway answers there",
        Look.Reset or Look.ResetLater when check.Witness == Witness.AnsweredBefore => "; the same place answers what is permitted",
        Look.Reset when check.Witness == Witness.NobodyThere => "; nobody is there, so it was refused on the way",
        Look.Reset when refusedOnTheWay => "; a datagram to the same place was prohibited on the way",
        _ => null,
    };

    // How a record is not what the policy says; null when it is.
    private static string? Unlike(FlowEvent read, string verdict, Expected expected)
    {
        if (read.Enforced == false) return $"NOT ENFORCED: the gateway is in {Name(read.Mode ?? "monitor")} for this agent; the record says would {Name(read.Verdict)} by {Name(read.Rule)}";
        if (read.Verdict != verdict) return $"the record says {Name(read.Verdict)} by {Name(read.Rule)}, {Name(read.Reason)}; the policy says {expected.Text}";
        // Which addresses are the gateway's own, no document in hand says: it refuses them before any rule.
        if (!expected.Permits && read.Reason == Reason.GatewayItself.Text()) return null;
        if (expected.Rule.Length > 0 && read.Rule != expected.Rule) return $"the record says {verdict} by {Name(read.Rule)}; the policy says {expected.Text}";
        if (expected.Reasons.IsEmpty || expected.Reasons.Any(r => r.Text() == read.Reason)) return null;
        return $"the record's reason is {Name(read.Reason)}; the policy says {expected.Text}";
    }

    private static string Name(string? text) => text is null ? "unknown" : TerminalText.EscapeName(text);
}
