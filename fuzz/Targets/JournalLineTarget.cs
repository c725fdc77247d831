using Exeat.Flows;

namespace Exeat.Fuzz.Targets;

/// <summary>One line of a journal, as somebody else may have written it.</summary>
internal sealed class JournalLineTarget : IFuzzTarget
{
    public string Name => "journal-line";

    public IReadOnlyList<byte[]> Words => Dictionaries.Journal;

    public void Run(ReadOnlySpan<byte> input)
    {
        LineRead read = new EventReader().TryRead(input.ToArray(), out FlowEvent? line);
        Promise.Holds(read == LineRead.Found == (line is not null), "a line that was read is an event");
        if (line is null) return;
        _ = FlowReplay.From(line);
    }
}
