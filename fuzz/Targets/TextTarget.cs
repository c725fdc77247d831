using System.Text;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;

namespace Exeat.Fuzz.Targets;

/// <summary>Addresses, prefixes, ports and destinations as people and journals write them: what is printed reads back as the same.</summary>
internal sealed class TextTarget : IFuzzTarget
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    public string Name => "text";

    public IReadOnlyList<byte[]> Words => Dictionaries.Texts;

    public int MaxBytes => 4096;

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.Latin1.GetString(input);
        if (Address.TryParse(text, out Address address)) Promise.Holds(Address.TryParse(address.ToString(), out Address again) && again == address, "an address reads back");
        if (Prefix.TryParse(text, out Prefix prefix))
        {
            Promise.Holds(Prefix.TryParse(prefix.ToString(), out Prefix again) && again.Equals(prefix), "a prefix reads back");
            Promise.Holds(prefix.Contains(prefix.Network) && prefix.Overlaps(prefix), "a prefix contains its own address");
        }
        if (AddressAndPort.TryParse(text, 53, out AddressAndPort end)) Promise.Holds(AddressAndPort.TryParse(end.ToString(), 1, out AddressAndPort again) && again == end, "an address with a port reads back");
        Promise.Holds(DestinationText.TryParse(text, null, null, out Destination? to, out DestinationProblem? problem) ? to is not null : problem is not null, "a destination, or what is wrong with it");
        int split = text.IndexOf(' ', StringComparison.Ordinal);
        if (split > 0) DestinationText.TryParse(text[..split], text[(split + 1)..], null, out _, out _);
        if (split > 0) DestinationText.TryParse(text[..split], null, text[(split + 1)..], out _, out _);
        _ = Moment.TryParse(text, Now, out _);
    }
}
