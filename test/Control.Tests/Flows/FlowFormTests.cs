using System.Text.Json;
using Exeat.Api.Control;
using Exeat.Control.Tests.Export;
using Exeat.Flows;

namespace Exeat.Control.Tests.Flows;

/// <summary>A flow goes to a client and is shown there as a journal would show it.</summary>
public sealed class FlowFormTests
{
    [Fact]
    public void What_a_client_shows_is_what_a_journal_shows()
    {
        FlowEvent decision = Records.Permit(1) with { Caveat = "name-unproven-on-shared-address", Labels = [new("team", "core")], Would = new FlowOutcome("deny", "watch"), Generation = 3, Denial = "4d2pf2db" };
        FlowEvent end = decision with { Id = "gw-1/1/2", Event = "end", Verdict = null, Would = null, Time = Records.Noon.AddSeconds(7), BytesOut = 10, BytesIn = 20, PacketsOut = 1, PacketsIn = 2, DurationMs = 7000, End = "closed" };
        FlowEvent counted = decision with { Id = "gw-1/1/3", Event = "counted", Verdict = null, Count = 4 };
        foreach (FlowEvent[] events in (FlowEvent[][])[[decision], [decision, end], [decision, end, counted], [counted with { Verdict = "deny" }]])
        {
            FlowSummary flow = FlowFold.Fold(events)[0];
            FlowForm form = FlowForm.Of("gw-1", flow, events[^1].Time);
            FlowForm again = JsonSerializer.Deserialize(JsonSerializer.Serialize(form, FlowsJson.Default.FlowForm), FlowsJson.Default.FlowForm)!;
            Assert.Equal(Csv.Line(flow), Csv.Line(again.ToSummary()));
        }
    }

    [Fact]
    public void A_filter_survives_its_query_string_and_nothing_of_it_becomes_another_parameter()
    {
        var form = new FlowFilterForm { Agents = ["a&agent=b", "c d"], Names = ["**.x.org"], Ports = [443, 8443], Since = "7d", MinBytes = 5 };
        Assert.Equal("since=7d&agent=a%26agent%3Db&agent=c%20d&name=%2A%2A.x.org&port=443&port=8443&minBytes=5", form.ToQuery());
    }
}
