using Exeat.Lab.Report;
using Exeat.Lab.Scenario;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Escapes;

/// <summary>Datagrams by rule, fragments, options, echo and other protocols (K1, K2, K3).</summary>
public sealed class DatagramTests(DatagramLab lab, OpenDatagramLab open) : IClassFixture<DatagramLab>, IClassFixture<OpenDatagramLab>
{
    private const int IpProtocolFragment = 44;

    [Theory]
    [InlineData("udp-send", 7777, "allow-test-udp", 4)]
    [InlineData("udp-send", 7777, "allow-test-udp", 6)]
    [InlineData("udp-fragments", 7777, "allow-test-udp", 4)]
    [InlineData("udp-fragments", 7777, "allow-test-udp", 6)]
    [InlineData("icmp-ping", 0, "allow-echo", 4)]
    [InlineData("icmp-ping", 0, "allow-echo", 6)]
    [InlineData("gre", 0, "allow-gre", 4)]
    [InlineData("gre", 0, "allow-gre", 6)]
    public async Task What_a_rule_permits_arrives_and_is_recorded(string kind, int port, string rule, int family)
    {
        Outcome outcome = await lab.TryAsync(kind, "@crm", family, port);
        Assert.True(outcome.Arrived, $"{kind} over IPv{family} did not arrive: {outcome.Client.LastLine}");
        SeenRecord? record = await lab.RecordOfAsync(outcome);
        Assert.Equal(("permit", rule), (record?.Verdict, record?.Rule));
    }

    // Its client would wait for an answer otherwise: programs fall back at once only when they are told.
    [Theory, InlineData(4), InlineData(6)]
    public async Task Every_one_of_many_refusals_is_told_at_once(int family)
    {
        Finished client = (await lab.TryAsync("udp-refused", "@attacker", family, 7000)).Client;
        Assert.True(client.Status == 1, client.LastLine);
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task Time_by_a_resolved_name_arrives(int family)
    {
        Assert.True((await lab.TryAsync("lookup", "openclaw.ai@resolver", family, 53)).Client.Succeeded);
        Outcome outcome = await lab.TryAsync("udp-send", "openclaw.ai", family, 123);
        Assert.True(outcome.Arrived, outcome.Client.LastLine);
        Assert.Equal("allow-time", (await lab.RecordOfAsync(outcome))?.Rule);
    }

    [Theory]
    [InlineData("udp-send", "@crm", 7778)]
    [InlineData("ip-options", "@crm", 7777)]
    [InlineData("icmp-echo", "@crm", 0)]
    [InlineData("esp", "@crm", 0)]
    [InlineData("6in4", "@crm", 0)]
    public async Task What_no_rule_permits_does_not_arrive(string kind, string to, int port)
    {
        await Contained.AssertAsync(lab, open, kind, to, 4, port);
        await Contained.AssertAsync(lab, open, kind, to, 6, port);
    }

    [Theory]
    [InlineData("ip-options-later", 4)]
    [InlineData("ip-options-later", 6)]
    [InlineData("hop-options-later", 6)]
    [InlineData("end-options-later", 6)]
    public async Task Options_and_extension_headers_do_not_ride_on_the_mark_of_a_permitted_flow(string kind, int family)
    {
        Outcome control = await open.TryAsync(kind, "@crm", family, 7777);
        Assert.True(control.Arrived, $"the control run did not arrive, so this test shows nothing: {control.Client.LastLine}");
        // The flow itself is permitted: without them its second datagram arrives.
        Assert.True((await lab.TryAsync("plain-later", "@crm", family, 7777)).Arrived);
        Outcome attack = await lab.TryAsync(kind, "@crm", family, 7777);
        Assert.False(attack.Arrived, $"{kind} escaped over IPv{family}");
        for (int i = 0; i < 40 && !IsRecorded(); i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Assert.True(IsRecorded(), "not recorded");

        bool IsRecorded() => JournalLines.Read(lab.State.Journal, attack.From).Any(r => r is { Verdict: "deny", Reason: "fragment-or-options", Enforced: true });
    }

    // The kernel puts it together like any other: what goes on is a plain datagram, without the header.
    [Fact]
    public async Task A_fragment_that_is_the_whole_datagram_loses_its_header()
    {
        Assert.True((await open.TryAsync("whole-fragment-later", "@crm", 6, 7777)).Arrived);
        Outcome outcome = await lab.TryAsync("whole-fragment-later", "@crm", 6, 7777);
        Assert.True(outcome.Arrived);
        Assert.Equal(Fragments(outcome, outcome.Before), Fragments(outcome, outcome.After));
        Assert.Equal("allow-test-udp", (await lab.RecordOfAsync(outcome))?.Rule);

        static long Fragments(Outcome of, WorldSnapshot at) => at.From(of.Attempt.Source, of.Attempt.Address, IpProtocolFragment).Packets;
    }

    // The kernel puts fragments together before anything is decided; what cannot be put together goes nowhere, and there is nothing to record.
    [Theory]
    [InlineData("overlapping-fragments", 4)]
    [InlineData("overlapping-fragments", 6)]
    [InlineData("first-fragment-only", 4)]
    [InlineData("first-fragment-only", 6)]
    public async Task Fragments_that_make_no_datagram_do_not_arrive_even_where_a_rule_permits(string kind, int family)
    {
        Outcome control = await open.TryAsync(kind, "@crm", family, 7777);
        Assert.True(control.Arrived, $"the control run did not arrive, so this test shows nothing: {control.Client.LastLine}");
        Outcome attack = await lab.TryAsync(kind, "@crm", family, 7777);
        Assert.False(attack.Arrived, $"{kind} escaped over IPv{family}");
    }

    [Theory, InlineData(4), InlineData(6)]
    public async Task A_tiny_first_fragment_changes_nothing(int family)
    {
        await Contained.AssertAsync(lab, open, "tiny-fragment", "@attacker", family, 7777);
        Assert.True((await lab.TryAsync("tiny-fragment", "@crm", family, 7777)).Arrived);
    }
}
