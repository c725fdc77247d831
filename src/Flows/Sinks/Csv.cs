namespace Exeat.Flows;

/// <summary>Writes flows as comma-separated values (RFC 4180) that no spreadsheet takes for a formula.</summary>
public static class Csv
{
    /// <summary>The columns. New ones are only added behind the others.</summary>
    public const string Header = "time,flow,gateway,agent,class,src,srcPort,dst,protocol,port,name,names,proof,stage,decision,rule,reason,verdict,mode,enforced,"
        + "wouldVerdict,wouldRule,denial,policy,bytesOut,bytesIn,packetsOut,packetsIn,durationMs,end,attempts,note,"
        + "caveat,monitoredVerdict,monitoredRule,labels,agentsHash,generation,namesOmitted,first,event";

    /// <summary>One flow as one line, without its end (RFC 4180 ends lines with CR LF).</summary>
    public static string Line(FlowSummary flow)
    {
        FlowEvent decision = flow.Decision, counts = flow.Counts ?? decision;
        return FormattableString.Invariant($"{decision.Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}") + string.Concat(new[]
        {
            flow.Flow, decision.Gateway, decision.Agent, decision.Class, decision.Source, Number(decision.SourcePort), decision.Destination, decision.Protocol,
            Number(decision.Port), flow.Name, string.Join(' ', flow.Names.Select(name => $"{name.Source}:{name.Name}")), decision.Proof, decision.Stage, flow.Outcome,
            decision.Rule, decision.Reason, decision.Verdict, decision.Mode, decision.Enforced is { } enforced ? (enforced ? "true" : "false") : null,
            decision.Would?.Verdict, decision.Would?.Rule, flow.Denial, decision.Policy, Number(counts.BytesOut), Number(counts.BytesIn), Number(counts.PacketsOut),
            Number(counts.PacketsIn), Number(counts.DurationMs), counts.End, Number(flow.Attempts), decision.Note, decision.Caveat, decision.Monitored?.Verdict, decision.Monitored?.Rule,
            string.Join(' ', decision.Labels.Select(label => $"{label.Key}={label.Value}")), decision.AgentsHash, Number(decision.Generation), Number(decision.NamesOmitted),
            FormattableString.Invariant($"{flow.First.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ}"), decision.Id,
        }.Select(field => "," + Field(field)));
    }

    /// <summary>One field: control characters escaped, a leading <c>= + - @</c> disarmed with an apostrophe, quoted where it must be.</summary>
    public static string Field(string? value)
    {
        string text = TerminalText.Escape(value);
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@') text = "'" + text;
        return text.AsSpan().ContainsAny(",\" ") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    private static string Number(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
