using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Fuzz.Targets;

/// <summary>The bytes of SVCB and HTTPS records, and their rewriting.</summary>
internal sealed class DnsSvcbTarget : IFuzzTarget
{
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];
    private readonly byte[] _rdata = new byte[1 << 16];
    private readonly Address[] _forbidden = [Address.V4(0x0a000001)];

    public string Name => "dns-svcb";

    public IReadOnlyList<byte[]> Words => Dictionaries.Dns;

    public void Run(ReadOnlySpan<byte> input)
    {
        if (SvcbRewriter.TryRewrite(input, _forbidden, _rdata, out int written) != ReadStatus.Found) return;
        Promise.Holds(written <= input.Length, "rewriting only takes away");
        ReadOnlySpan<byte> rewritten = _rdata.AsSpan(0, written);
        Promise.Holds(SvcbReader.TryOpen(rewritten, _name, out _, out SvcbReader reader) == ReadStatus.Found, "what was rewritten can be read");
        while (reader.HasParameter)
        {
            if (reader.TryReadParameter(out ushort key, out _) != ReadStatus.Found)
            {
                Promise.Holds(false, "every rewritten parameter can be read");
                return;
            }
            Promise.Holds(key != SvcbReader.Ech, "no ech is left");
        }
    }
}
