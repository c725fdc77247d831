using System.Text;
using Exeat.Flows;

namespace Exeat.Store.Tests.Ingest;

/// <summary>A gateway that is broken or hostile writes the longest texts that a line holds: they fill no memory, and its lines stay as they are.</summary>
public sealed class LongTextTests
{
    [Fact]
    public async Task Long_texts_are_kept_in_part_and_their_lines_whole()
    {
        await using var kept = new TemporaryStore();
        string flow = Lines.Flow(Lines.Start), rule = new('r', 3_000);
        string[] names = [.. Enumerable.Range(0, 60).Select(i => $"{i:d3}.{new string('n', 600)}.example")];
        (string Key, object? Value)[] said = [("rule", rule), ("note", rule), ("labels", Enumerable.Range(0, 12).ToDictionary(i => $"l{i}", _ => new string('v', 500)))];
        kept.Append(new Lines().Decision("gw-1/1/1", flow, Lines.Start, "permit", [.. said, ("names", Lines.Names(names))]));
        for (int round = 0; round < 3; round++)
        {
            kept.Store.Show();
            StoredFlow found = Assert.Single(await kept.ListAsync());
            FlowEvent decision = found.Summary.Decision;
            Assert.Equal((new string('r', PossibleTexts.MostOfText), decision.Rule), (decision.Rule, decision.Note));
            Assert.InRange(decision.Labels.Sum(label => label.Key.Length + label.Value.Length), PossibleTexts.MostOfLabels - 510, PossibleTexts.MostOfLabels);
            Assert.InRange(found.Summary.Names.Sum(name => name.Name.Length + name.Source.Length), PossibleTexts.MostOfNames - 620, PossibleTexts.MostOfNames);
            Assert.Equal((names[0], 60 - (PossibleTexts.MostOfNames / 615)), (found.Summary.Name, decision.NamesOmitted));
            GroupResult told = await kept.GroupAsync(FlowDimension.Rule);
            Assert.Equal((1L, 50L * round), (told.Total.Attempts, told.Total.BytesOut));
            Assert.Equal(decision.Rule, Assert.Single(told.Rows).Keys[0]);
            // It goes on, with other names.
            kept.Append(new Lines().Add($"gw-1/1/{round + 2}", flow, "update", Lines.Start.AddSeconds(round + 1), ("bytesOut", 50 * (round + 1)), ("names", Lines.Names([.. names.Select(name => $"{round}.{name}")]))));
        }
        StringBuilder lines = new();
        await foreach (StoredLine line in kept.Store.EventsAsync(new FlowFilter(), null, default)) lines.Append(Encoding.UTF8.GetString(line.Line.Span));
        Assert.Contains($"\"rule\":\"{rule}\"", lines.ToString(), StringComparison.Ordinal);
        Assert.Contains(names[^1], lines.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Large_flows_do_not_stay_in_memory()
    {
        var units = new FlowUnits(100);
        List<ReadEvent> events = [];
        var reader = new EventReader();
        for (int i = 0; i < 2; i++)
        {
            string flow = Lines.Flow(Lines.Start);
            Assert.Equal(LineRead.Found, reader.TryRead(new Lines().Decision($"gw-1/1/{i}", flow, Lines.Start, "permit").Bytes, out FlowEvent? read));
            events.Add(new ReadEvent(read!, default, new EventKey("gw-1", 1, i), 0, false, Guid.Parse(flow)));
            units.Fold("gw-1", events[i]);
            units.Changed[i].IsLarge = i == 1;
        }
        units.Shown();
        Assert.Equal([events[1].Flow], units.Missing("gw-1", events));
    }
}
