using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Testing;

namespace Exeat.Gateway.Tests.Judging;

/// <summary>What happens to QUIC flows between packets.</summary>
public sealed partial class QuicJudgeTests
{
    [Theory, MemberData(nameof(Families))]
    public void What_the_server_answers_no_more_loses_its_mark_and_has_to_prove_itself_again(bool v6)
    {
        using var bench = Permitted(v6);
        var key = new FlowKey(PacketBuilder.At(bench.Agent), 40000, PacketBuilder.At(bench.Server), 443, FlowKey.Udp);
        Read(2, 1);
        // Sent just before a reading, and answered before the next; then silence of both; then one datagram in vain.
        Read(3, 1);
        Read(4, 2);
        Read(4, 2);
        Read(4, 2);
        Read(5, 2);
        Read(5, 2);
        Assert.Empty(bench.Deleted);
        Assert.Equal(bench.Watched, bench.Send(Short()).Mark);
        Read(6, 2);
        Assert.Equal([key], bench.Deleted);
        Assert.Equal(bench.Refused, bench.Send(Short()).Mark);
        Assert.Contains(bench.Records(), r => r.End == "no-answer");
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello())).Mark);

        void Read(long sent, long heard) =>
            bench.Quic.EndUnanswered(new Dictionary<FlowKey, FlowCounts> { [key] = new(0, 0, sent, heard) }, bench.Snapshot);
    }
}
