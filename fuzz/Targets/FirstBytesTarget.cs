using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The client's first bytes of any protocol.</summary>
internal sealed class FirstBytesTarget : IFuzzTarget
{
    public string Name => "first-bytes";

    public void Run(ReadOnlySpan<byte> input)
    {
        ClientProtocol last = ClientProtocol.NeedMore;
        for (int length = 0; length <= Math.Min(input.Length, FirstBytes.MaxBytes + 2); length++)
        {
            ClientProtocol now = FirstBytes.Classify(input[..length]);
            Promise.Holds(last == ClientProtocol.NeedMore || now == last, "more bytes never turn an answer");
            Promise.Holds(length < FirstBytes.MaxBytes || now != ClientProtocol.NeedMore, "the answer comes within a few bytes");
            last = now;
        }
    }
}
