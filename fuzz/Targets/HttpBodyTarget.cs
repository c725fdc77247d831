using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The body of a request in chunks, whole and in pieces: where it ends does not depend on how it came.</summary>
internal sealed class HttpBodyTarget : IFuzzTarget
{
    public string Name => "http-body";

    public IReadOnlyList<byte[]> Words => Dictionaries.Http;

    public void Run(ReadOnlySpan<byte> input)
    {
        (ReadStatus whole, int end) = Follow(input, input.Length);
        for (int step = 1; step < input.Length; step = step * 3 + 1)
        {
            (ReadStatus pieces, int taken) = Follow(input, step);
            Promise.Holds(pieces == whole && taken == end, "the end of a body does not depend on segments");
        }
    }

    private static (ReadStatus Status, int Taken) Follow(ReadOnlySpan<byte> input, int step)
    {
        HttpBody body = HttpBody.After(new HttpHeadView { BodyBytes = HttpHeadView.Chunked });
        int at = 0;
        ReadStatus status = ReadStatus.NeedMore;
        while (at < input.Length && status == ReadStatus.NeedMore)
        {
            status = body.Follow(input.Slice(at, Math.Min(step, input.Length - at)), out int taken);
            Promise.Holds(taken >= 0 && taken <= step, "no more is taken than was given");
            Promise.Holds(taken > 0 || status == ReadStatus.Malformed, "it goes on");
            at += taken;
        }
        return (status, at);
    }
}
