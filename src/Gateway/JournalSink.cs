using Exeat.Flows;

namespace Exeat.Gateway;

/// <summary>Writes the resolver's records to the journal, each before its answer is released.</summary>
internal sealed class JournalSink(Journal journal) : IFlowSink
{
    public bool Record(in FlowDraft draft) => journal.AppendDurably(draft);
}
