using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The client's first bytes as a plain HTTP request.</summary>
internal sealed class HttpHeadTarget : IFuzzTarget
{
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];

    public string Name => "http-head";

    public IReadOnlyList<byte[]> Words => Dictionaries.Http;

    public void Run(ReadOnlySpan<byte> input)
    {
        ReadStatus whole = HttpHead.Read(input, _name, out HttpHeadView head);
        Promise.Holds(head.NameLength <= _name.Length && (head.NameLength == 0 || whole == ReadStatus.Found), "only a whole head has a host");
        Promise.Holds(whole == ReadStatus.Found ? head.HeadBytes > 0 && head.HeadBytes <= input.Length && head.BodyBytes >= HttpHeadView.Chunked : head.HeadBytes == 0, "a whole head has an end");
        Promise.Holds(whole != ReadStatus.Malformed || head.Problem != HttpProblem.None, "what is malformed says why");
        for (int cut = input.Length / 2; cut > 0; cut /= 2)
        {
            ReadStatus before = HttpHead.Read(input[..cut], _name, out _);
            Promise.Holds(before == ReadStatus.NeedMore || before == whole, "more bytes never turn an answer");
        }
        for (int step = 1; step < input.Length; step = step * 5 + 2) Promise.Holds(InPieces(input, step, out HttpHeadView again) == whole && again == head, "a head does not depend on its pieces");
    }

    private ReadStatus InPieces(ReadOnlySpan<byte> input, int step, out HttpHeadView head)
    {
        HttpHeadPlace place = default;
        ReadStatus status = HttpHead.Read(input[..step], _name, ref place, out head);
        for (int here = step; status == ReadStatus.NeedMore && here < input.Length;)
        {
            here = Math.Min(here + step, input.Length);
            status = HttpHead.Read(input[..here], _name, ref place, out head);
        }
        return status;
    }
}
