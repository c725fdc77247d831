using Exeat.Gateway.Judging;
using Exeat.Gateway.Records;
using Exeat.Testing;
using Exeat.Wire;

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

    // The server takes it with the keys of the connection that it knows by this id, whatever else was begun under it.
    [Fact]
    public void A_connection_begun_under_the_server_s_id_does_not_take_the_other_one_s_packets()
    {
        using var bench = Permitted();
        Assert.True(bench.Send(Initial(Frame(Hello(), 0, 50), to: ServerId)).Holds);
        Assert.Equal(bench.Watched, bench.Send(Initial(Hello(), to: ServerId, keys: Id, number: 1)).Mark);
        Assert.Equal(default, bench.Send(Initial(Hello("evil.example"), to: ServerId, keys: Id, number: 2)));
        Assert.Equal("hello-replaced", bench.LastDecision().Reason);
    }

    [Theory, MemberData(nameof(Families))]
    public void Of_two_connections_begun_together_the_first_goes_on_when_it_is_answered_first(bool v6)
    {
        using var bench = Bench(v6);
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello())).Mark);
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello(), to: Other)).Mark);
        // Some servers say first that they have it, and only then what they have to say.
        Assert.Equal(bench.Pending, bench.Answer(Acknowledged(Id)).Mark);
        Assert.Equal(bench.Pending, bench.Answer(Answered(Id)).Mark);
        Assert.Equal(bench.Pending, bench.Send(Initial(Hello(), to: ServerId, keys: Id, number: 1)).Mark);
        Assert.Equal(bench.Pending, bench.Send(Handshake(ServerId)).Mark);
        Assert.Equal(bench.Pending, bench.Send(Short()).Mark);
        Assert.DoesNotContain(bench.Records(), r => r.Verdict == "deny");
    }

    private static byte[] Acknowledged(byte[] id) => QuicInitialWriter.Write(new QuicInitialDraft
    {
        Destination = [7],
        Source = ServerId,
        KeyId = id,
        OfServer = true,
        Frames = [2, 0, 0, 0, 0, .. new byte[60]],
    });
}
