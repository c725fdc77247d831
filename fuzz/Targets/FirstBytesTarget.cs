using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The client's first bytes of any protocol.</summary>
internal sealed class FirstBytesTarget : IFuzzTarget
{
    // Longer ones grow twofold: the whole beginning is read each time.
    private const int EachUpTo = 256;

    public string Name => "first-bytes";

    public void Run(ReadOnlySpan<byte> input)
    {
        ClientProtocol last = ClientProtocol.NeedMore;
        FirstLine line = default;
        for (int length = 0; length <= input.Length; length = length < EachUpTo ? length + 1 : length < input.Length ? Math.Min(length * 2, input.Length) : length + 1)
        {
            ClientProtocol now = FirstBytes.Classify(input[..length]);
            Promise.Holds(last == ClientProtocol.NeedMore || now == last, "more bytes never turn an answer");
            Promise.Holds(FirstBytes.Classify(input[..length], ref line) == now, "the answer does not depend on the pieces");
            Promise.Holds(length < FirstBytes.MaxBytes || now != ClientProtocol.NeedMore, "the answer comes within a head");
            last = now;
        }
    }
}
