using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Fuzz.Targets;

/// <summary>DNS messages, with everything in them that the resolver reads.</summary>
internal sealed class DnsMessageTarget : IFuzzTarget
{
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];
    private readonly byte[] _rdata = new byte[ushort.MaxValue];

    public string Name => "dns-message";

    public IReadOnlyList<byte[]> Words => Dictionaries.Dns;

    public void Run(ReadOnlySpan<byte> input)
    {
        if (DnsMessageReader.TryOpen(input, out DnsMessageReader reader) != ReadStatus.Found) return;
        int steps = 0;
        while (reader.HasQuestion && reader.TryReadQuestion(out _) == ReadStatus.Found) steps++;
        while (reader.HasRecord && reader.TryReadRecord(out DnsRecord record) == ReadStatus.Found)
        {
            // The shortest record has 11 bytes, the shortest question 5.
            Promise.Holds(++steps <= input.Length / 5, "every step consumes bytes");
            record.TryReadOwner(_name, out int written);
            Promise.Holds(written <= CanonicalName.MaxBytes, "names within their buffer");
            DnsRdata.TryReadSoaMinimum(record, out _);
            DnsRdata.TryCopy(record, _rdata, out written);
            Promise.Holds(written <= _rdata.Length, "copies within their buffer");
            Edns.TryFindOption(record.Rdata, Edns.ExtendedErrorOption, out _);
            Edns.TryReadExtendedError(record.Rdata, out _, out _);
        }
        Promise.Holds(reader.BytesLeft >= 0, "nothing is read beyond the end");
    }
}
