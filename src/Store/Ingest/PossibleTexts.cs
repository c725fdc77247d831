using Exeat.Flows;

namespace Exeat.Store;

/// <summary>How much text of a line is kept in memory and in columns: more than true ones have, and too little to fill memory with. The line keeps what it said.</summary>
internal static class PossibleTexts
{
    /// <summary>Characters of one text: identifiers have 64, hashes as many.</summary>
    public const int MostOfText = 1 << 10;

    /// <summary>Characters of the labels of an agent.</summary>
    public const int MostOfLabels = 4 << 10;

    /// <summary>Characters of the names of a flow: those of a line are 32 of 255 bytes, each of which may be written as four characters.</summary>
    public const int MostOfNames = 34 << 10;

    /// <summary>The event as it is kept, of a line of so many bytes.</summary>
    public static FlowEvent Of(FlowEvent read, int bytes)
    {
        if (bytes <= MostOfText) return read;
        FlowName[] names = [.. Names(read.Names)];
        int labels = MostOfLabels;
        return read with
        {
            Id = Of(read.Id)!,
            Flow = Of(read.Flow),
            Event = Of(read.Event)!,
            Gateway = Of(read.Gateway),
            Agent = Of(read.Agent),
            Class = Of(read.Class),
            Labels = [.. read.Labels.TakeWhile(label => (labels -= label.Key.Length + label.Value.Length) >= 0)],
            Source = Of(read.Source),
            Destination = Of(read.Destination),
            Protocol = Of(read.Protocol),
            Names = names,
            NamesOmitted = int.CreateSaturating((long)read.NamesOmitted + read.Names.Count - names.Length),
            Proof = Of(read.Proof),
            Caveat = Of(read.Caveat),
            Stage = Of(read.Stage),
            Rule = Of(read.Rule),
            Reason = Of(read.Reason),
            Verdict = Of(read.Verdict),
            Mode = Of(read.Mode),
            Would = Of(read.Would),
            Monitored = Of(read.Monitored),
            Denial = Of(read.Denial),
            Policy = Of(read.Policy),
            AgentsHash = Of(read.AgentsHash),
            End = Of(read.End),
            Note = Of(read.Note),
        };
    }

    /// <summary>The first of these names, as many as are kept.</summary>
    public static IEnumerable<FlowName> Names(IEnumerable<FlowName> names)
    {
        int left = MostOfNames;
        return names.TakeWhile(name => (left -= name.Name.Length + name.Source.Length) >= 0);
    }

    private static string? Of(string? text) => text is { Length: > MostOfText } ? text[..MostOfText] : text;

    private static FlowOutcome? Of(FlowOutcome? said) => said is null ? null : new FlowOutcome(Of(said.Verdict)!, Of(said.Rule)!);
}
