using Exeat.Lab.Report;

namespace Exeat.Lab.Tests.Honest;

/// <summary>Everyday clients have the same outcome with and without the gateway, at both ends of the connection.</summary>
[Collection<HonestCollection>]
public sealed class HonestClientTests(HonestLabs labs)
{
    public static TheoryData<string, int> Clients =>
        [.. from client in HonestClient.Everyday from family in (int[])[4, 6] select new TheoryDataRow<string, int>(client.Name, family)];

    /// <summary>What is not the same, by intention: the one service record without ECH, and a refusal of types that carry free text.</summary>
    [Theory, InlineData(4), InlineData(6)]
    public async Task Look_ups_differ_in_what_the_documents_say_only(int family)
    {
        (HonestRun without, HonestRun with) = await labs.RunBothAsync(new HonestClient("difference", "dig", "sh", HonestClient.Script("difference.sh")), family);
        Assert.Equal((0, 0), (without.Client.Status, with.Client.Status));
        Assert.Equal("1 . alpn=\"h2,http/1.1\" ipv4hint=203.0.113.10 ech=AAb+DQACq80=\nstatus: NOERROR\n", without.Client.Output);
        Assert.Equal("1 . alpn=\"h2,http/1.1\" ipv4hint=203.0.113.10\nstatus: REFUSED\n", with.Client.Output);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_client_does_not_notice_the_gateway(string client, int family)
    {
        HonestRun run = await labs.CompareAsync(HonestClient.Everyday.Single(one => one.Name == client), family);
        IReadOnlyList<SeenRecord> records = labs.RecordsOf(family, run.From);
        Assert.Contains(records, record => record is { Rule: HonestLabs.Rule, Verdict: "permit" });
    }
}
