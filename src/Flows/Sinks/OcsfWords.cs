using System.Text;

namespace Exeat.Flows;

/// <summary>The schema's numbers for what a record says.</summary>
internal static class OcsfWords
{
    /// <summary>Of Network Activity: open, close, reset, fail, refuse, traffic.</summary>
    public static int Activity(FlowSummary flow)
    {
        FlowEvent read = flow.Decision;
        if (read.Verdict == "deny" && read.Enforced == true) return 5;
        return flow.Counts switch
        {
            null => read.Verdict is null ? 6 : 1,
            { Event: "update" } => 6,
            { End: "reset" or "policy-changed" or "replaced" } => 3,
            { End: "no-answer" or "no-hello" } => 4,
            { End: "refused" } => 5,
            _ => 2,
        };
    }

    /// <summary>Informational for what was permitted, low for what was or would be refused, medium for what the journal says of itself.</summary>
    public static int Severity(FlowEvent read) => read.Flow is null ? 3 : read.Verdict == "deny" ? 2 : 1;

    /// <summary>Whether the attempt got through: success, failure, or not known yet.</summary>
    public static int Status(FlowEvent read) => read.Verdict switch
    {
        "permit" => 1,
        "deny" => read.Enforced == true ? 2 : 1,
        _ => 0,
    };

    /// <summary>Allowed or denied: what was done, not what would have been.</summary>
    public static int Action(FlowEvent read) => Status(read);

    /// <summary>Allowed, blocked, isolated (quarantine), detected (it would have been refused).</summary>
    public static int Disposition(FlowEvent read) => read.Verdict switch
    {
        "permit" => 1,
        "deny" when read.Enforced != true => 15,
        "deny" => read.Reason == "quarantined" ? 4 : 2,
        _ => 0,
    };

    /// <summary>Text that any writer takes: half a surrogate pair becomes U+FFFD.</summary>
    public static string Text(string value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            if (!char.IsSurrogate(value[i])) continue;
            if (i + 1 < value.Length && char.IsSurrogatePair(value[i], value[i + 1])) i++;
            else return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value));
        }
        return value;
    }
}
