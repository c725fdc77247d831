using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The requests of one plain HTTP connection, whole and in pieces: the same heads for the same hosts, whatever the pieces.</summary>
internal sealed class RequestStreamTarget : IFuzzTarget
{
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];

    public string Name => "request-stream";

    public IReadOnlyList<byte[]> Words => Dictionaries.Http;

    public void Run(ReadOnlySpan<byte> input)
    {
        (int heads, int read, ReadStatus end) = Follow(input, input.Length);
        for (int step = 1; step < input.Length; step = step * 3 + 1)
            Promise.Holds(Follow(input, step) == (heads, read, end), "requests do not depend on segments");
    }

    private (int Heads, int Read, ReadStatus End) Follow(ReadOnlySpan<byte> input, int step)
    {
        (int heads, int read) = (17, 0);
        (HttpBody body, HttpHeadPlace place) = (default, default);
        for (int here = Math.Min(step, input.Length); ; here = Math.Min(here + step, input.Length))
        {
            while (read < here)
            {
                ReadOnlySpan<byte> bytes = input[read..here];
                ReadStatus status;
                if (!body.IsOver)
                {
                    status = body.Follow(bytes, out int taken);
                    read += taken;
                }
                else if ((status = body.PassEmptyLine(bytes)) == ReadStatus.Found)
                {
                    read += HttpBody.EmptyLineBytes;
                }
                else if (status == ReadStatus.Malformed)
                {
                    status = HttpHead.Read(bytes, _name, ref place, out HttpHeadView head);
                    if (status == ReadStatus.Found) (body, place) = (HttpBody.After(head), default);
                    read += head.HeadBytes;
                    if (status == ReadStatus.Found) heads = heads * 31 + head.NameLength + read;
                }
                if (status == ReadStatus.Malformed) return (heads, read, status);
                if (status == ReadStatus.NeedMore) break;
            }
            if (here == input.Length) return (heads, read, ReadStatus.NeedMore);
        }
    }
}
