using Exeat.Gateway.Dns;
using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>The bytes of a DNS connection over TCP: the same questions, whatever the segments.</summary>
internal sealed class DnsFramingTarget : IFuzzTarget
{
    public string Name => "dns-framing";

    public int MaxBytes => 1 << 13;

    public void Run(ReadOnlySpan<byte> input)
    {
        (List<byte[]> whole, bool isOver) = Read(input, input.Length);
        for (int step = 1; step < input.Length; step = step * 3 + 1)
        {
            (List<byte[]> pieces, bool same) = Read(input, step);
            Promise.Holds(same == isOver && pieces.Count == whole.Count, "questions do not depend on segments");
            for (int i = 0; i < pieces.Count; i++) Promise.Holds(pieces[i].AsSpan().SequenceEqual(whole[i]), "a question does not depend on segments");
        }
    }

    private static (List<byte[]> Questions, bool IsOver) Read(ReadOnlySpan<byte> input, int step)
    {
        var framed = new FramedQuestions();
        var questions = new List<byte[]>();
        while (true)
        {
            ReadStatus status;
            while ((status = framed.Read(out ReadOnlySpan<byte> question)) == ReadStatus.Found)
            {
                questions.Add(question.ToArray());
                framed.Take();
            }
            if (status == ReadStatus.Malformed) return (questions, true);
            if (input.IsEmpty) return (questions, false);
            Promise.Holds(!framed.Free.IsEmpty, "there is room for what is needed");
            int taken = Math.Min(Math.Min(step, input.Length), framed.Free.Length);
            input[..taken].CopyTo(framed.Free.Span);
            framed.Add(taken);
            input = input[taken..];
        }
    }
}
