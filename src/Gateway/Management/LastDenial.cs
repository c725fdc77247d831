using Exeat.Api;
using Exeat.Flows;

namespace Exeat.Gateway.Management;

/// <summary>The newest refusal in the journal. Read from its last segments on request: the data path keeps nothing for it.</summary>
internal sealed class LastDenial
{
    private readonly JournalReader _reader;
    private DenialStatus? _found;

    // At the first look; later ones read only what was written since.
    private const int FirstLook = 1000;

    public LastDenial(string directory)
    {
        _reader = new JournalReader(directory);
        _reader.SkipToLast(FirstLook);
    }

    public DenialStatus? Look()
    {
        foreach (FlowEvent read in _reader.Read())
        {
            if (read is not { Event: "decision", Verdict: "deny" }) continue;
            // A claimed name says more than one that is only bound to the address.
            string? name = read.Names.Count == 0 ? null : (read.Names.FirstOrDefault(n => n.Source != "binding") ?? read.Names[0]).Name;
            _found = new DenialStatus(read.Time, read.Denial, read.Agent, name, read.Destination, read.Port, read.Rule, read.Reason, read.Enforced == true);
        }
        return _found;
    }
}
