using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The client's first bytes as a plain HTTP request.</summary>
internal sealed class HttpHeadTarget : IFuzzTarget
{
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];

    public string Name => "http-head";

    public void Run(ReadOnlySpan<byte> input)
    {
        ReadStatus whole = HttpHead.TryReadHost(input, _name, out int length);
        Promise.Holds(length <= _name.Length && (length == 0 || whole == ReadStatus.Found), "only a whole head has a host");
        for (int cut = input.Length / 2; cut > 0; cut /= 2)
        {
            ReadStatus before = HttpHead.TryReadHost(input[..cut], _name, out _);
            Promise.Holds(before == ReadStatus.NeedMore || before == whole, "more bytes never turn an answer");
        }
    }
}
