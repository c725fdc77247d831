using Exeat.Api;
using Exeat.Flows;

namespace Exeat.Gateway.Management;

/// <summary>The newest refusal in the journal. Read from its last bytes when a person asks: the data path keeps nothing for it.</summary>
internal static class LastDenial
{
    // Some hundred events; parsed within milliseconds.
    private const int TailBytes = 256 * 1024;

    public static DenialStatus? Read(string directory)
    {
        var reader = new JournalReader(directory);
        reader.SkipToTail(TailBytes);
        FlowEvent? found = null;
        foreach (FlowEvent read in reader.Read())
            if (read is { Event: "decision", Verdict: "deny" }) found = read;
        if (found is null) return null;
        // A claimed name says more than one that is only bound to the address.
        string? name = found.Names.Count == 0 ? null : (found.Names.FirstOrDefault(n => n.Source != "binding") ?? found.Names[0]).Name;
        return new DenialStatus(found.Time, found.Denial, found.Agent, name, found.Destination, found.Port, found.Rule, found.Reason, found.Enforced == true);
    }
}
