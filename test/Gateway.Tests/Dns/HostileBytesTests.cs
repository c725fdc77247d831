using CsCheck;
using Exeat.Gateway.Bindings;
using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

public sealed class HostileBytesTests
{
    private static readonly DomainName Name = DomainName.FromCanonical("api.example.com"u8);
    private static readonly Peer Coder = new(ResolverRig.Parse("127.0.0.1"), 40000, Peer.Udp, ResolverRig.Parse(ResolverRig.Intercept));

    [Fact]
    public void No_packet_of_an_agent_makes_the_desk_throw_or_answer_too_much()
    {
        QuestionDesk desk = Desk();
        byte[] valid = ResolverRig.Question("api.example.com");
        Gen<byte[]> changed = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, valid.Length], (i, x, j, y, length) =>
        {
            byte[] packet = [.. valid];
            (packet[i], packet[j]) = (x, y);
            return packet[..length];
        });
        Gen.OneOf(Gen.Byte.Array[0, 300], changed).Sample(
            packet =>
            {
                byte[] reply = new byte[1232];
                int length = desk.Begin(packet, Coder, reply, out Exchange? waiting);
                Assert.InRange(length, 0, 1232);
                if (waiting is not null) Assert.Equal(0, length);
                if (length > 0) Assert.Equal(packet[..2], new AgentReply(reply[..length]).Message[..2]);
            },
            threads: 1);
    }

    [Fact]
    public void No_message_of_an_upstream_makes_the_reader_throw_or_pass_on_what_is_not_ours()
    {
        var reader = new AnswerReader(new ResolverLimits());
        byte[] valid = new UpstreamQuestion(1, Name.Text, DnsType.A, false)
            .Reply(w => w.Alias(Name.Text, "a.test").Alias("a.test", "b.test").Address("b.test", 60, "203.0.113.5").Soa("example.com", 60, 60));
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, valid.Length - 1], Gen.Byte).Sample((i, x, j, y) =>
        {
            byte[] message = [.. valid];
            (message[i], message[j]) = (x, y);
            AnswerStatus status = reader.Read(message, 1, Name, DnsType.A, out Answer? answer);
            Assert.Equal(status == AnswerStatus.Good, answer is not null);
            if (answer is not null) Assert.All(answer.Records, r => Assert.Equal(4, r.Length));
        });
        // Cut inside the answer section nothing is taken from it; what is cut behind it (the authority) is not needed.
        byte[] whole = new UpstreamQuestion(1, Name.Text, DnsType.A, false).Reply(w => w.Address(Name.Text, 60, "203.0.113.5").Address(Name.Text, 60, "203.0.113.6"));
        for (int i = 0; i < whole.Length; i++) Assert.NotEqual(AnswerStatus.Good, reader.Read(whole.AsSpan(0, i), 1, Name, DnsType.A, out _));
    }

    [Theory]
    [InlineData("x.evil.example", 4096)]
    [InlineData("api.example.com", 4096)]
    public void A_question_has_a_budget_of_bytes(string name, int budget)
    {
        QuestionDesk desk = Desk();
        byte[] packet = ResolverRig.Question(name), reply = new byte[1232];
        for (int i = 0; i < 50; i++) Ask(desk, packet, reply);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) Ask(desk, packet, reply);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 50, 1, budget);
    }

    private static void Ask(QuestionDesk desk, byte[] packet, byte[] reply)
    {
        desk.Begin(packet, Coder, reply, out Exchange? waiting);
        if (waiting is not null) desk.Leave(waiting);
    }

    private static QuestionDesk Desk()
    {
        Snapshot snapshot = TestPolicy.Compile(TestPolicy.Head);
        var limits = new ResolverLimits { QuestionsBurst = int.MaxValue, Outstanding = int.MaxValue, OutstandingPerAgent = int.MaxValue };
        var options = new ResolverOptions { Intercepts = [ResolverRig.Parse(ResolverRig.Intercept)], Upstreams = [], Limits = limits };
        return new QuestionDesk(options, () => snapshot, new BindingBook(new BindingLimits(), TimeProvider.System), new NullSink(), TimeProvider.System);
    }

    private sealed class NullSink : IFlowSink
    {
        public bool Record(in Flows.FlowDraft draft, out Guid told)
        {
            told = draft.Flow;
            return true;
        }
    }
}
