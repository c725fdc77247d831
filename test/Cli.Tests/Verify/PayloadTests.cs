using System.Text;
using CsCheck;
using Exeat.Cli.Verify;
using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;
using Probe = Exeat.Cli.Verify.Probe;

namespace Exeat.Cli.Tests.Verify;

/// <summary>What is sent says what was planned, and the token lies where the far side finds it; what comes back may be anything.</summary>
public sealed class PayloadTests
{
    private const string Token = "xv1234abcd0001";

    [Theory]
    [InlineData(ProbeKind.Tls)]
    [InlineData(ProbeKind.Http)]
    [InlineData(ProbeKind.Tcp)]
    [InlineData(ProbeKind.Quic)]
    [InlineData(ProbeKind.Udp)]
    [InlineData(ProbeKind.Echo)]
    internal void The_token_is_where_whoever_counts_looks(ProbeKind kind)
    {
        byte[] sent = ProbePayload.Of(Of(kind));
        List<FarArrival> told = [];
        Assert.Equal(Token, new ArrivalBook(TimeProvider.System, told.Add).Note(sent, "tcp", 1, ""));
        Assert.Single(told);
    }

    [Fact]
    public void A_hello_names_its_name_or_nobody_as_the_gateway_reads_it()
    {
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        foreach (DomainName? claimed in (DomainName?[])[ImaginedGround.Name("core.example"), null])
        {
            byte[] record = ProbePayload.Of(Of(ProbeKind.Tls) with { Name = claimed });
            Assert.Equal(ReadStatus.Found, TlsClientHello.Read(record, name, out ClientHelloView hello));
            Assert.Equal((claimed is null ? SniStatus.Absent : SniStatus.Name, record.Length), (hello.SniStatus, hello.HelloBytes));
            Assert.Equal(claimed?.Text ?? "", Encoding.ASCII.GetString(name[..hello.NameLength]));
        }
    }

    [Fact]
    public void A_question_asks_for_its_name_over_both_transports()
    {
        var probe = new Probe { Kind = ProbeKind.Question, To = ImaginedGround.Resolver, Port = 53, Name = ImaginedGround.Name("core.example"), Type = DnsType.AAAA };
        byte[] message = ProbePayload.Of(probe), prefixed = ProbePayload.Of(probe with { Kind = ProbeKind.QuestionOverTcp });
        Assert.Equal(message.Length, prefixed.Length - 2);
        Assert.Equal(ReadStatus.Found, DnsMessageReader.TryOpen(message, out DnsMessageReader reader));
        Assert.Equal(ReadStatus.Found, reader.TryReadQuestion(out DnsQuestion question));
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        Assert.Equal(ReadStatus.Found, question.TryReadName(name, out int written));
        Assert.Equal(("core.example", DnsType.AAAA), (Encoding.ASCII.GetString(name[..written]), question.Type));
    }

    [Fact]
    public void A_blocked_answer_tells_rule_and_denial_and_only_in_the_gateways_form()
    {
        Seen seen = AnswerReading.Read(Start, Question, Answer(DnsResponseCode.NameError, Edns.Blocked, "rule deny-models; denial 4d2pf2db"))!;
        Assert.Equal((Look.Blocked, "deny-models", "4d2pf2db"), (seen.Look, seen.Rule, seen.Denial));
        seen = AnswerReading.Read(Start, Question, Answer(DnsResponseCode.NameError, Edns.Blocked, "ads"))!;
        Assert.Equal((Look.Blocked, null, null), (seen.Look, seen.Rule, seen.Denial));
        Assert.Equal(Look.NoSuchName, AnswerReading.Read(Start, Question, Answer(DnsResponseCode.NameError, Edns.Prohibited, "x"))!.Look);
        Assert.Equal(Look.ResolverFailed, AnswerReading.Read(Start, Question, Answer(DnsResponseCode.ServerFailure, Edns.NoReachableAuthority, "x"))!.Look);
    }

    [Fact]
    public void No_bytes_that_come_back_make_it_throw()
    {
        byte[] whole = Answer(DnsResponseCode.NameError, Edns.Blocked, "rule deny-models; denial 4d2pf2db");
        for (int length = 0; length < whole.Length; length++) AnswerReading.Read(Start, Question, whole.AsSpan(0, length));
        Gen.Byte.Array[0, 80].Sample(bytes =>
        {
            AnswerReading.Read(Start, Question, bytes);
            if (bytes.Length > 12) AnswerReading.Read(Start, bytes.AsSpan(0, 12), (byte[])[.. whole.AsSpan(0, 12), .. bytes]);
            new ArrivalBook(TimeProvider.System, _ => { }).Note(bytes, "udp", 1, "");
        });
    }

    private static Seen Start => new() { Look = Look.Silence, From = default };

    private static byte[] Question => [0, 7, .. ProbePayload.Of(new Probe { Kind = ProbeKind.Question, To = ImaginedGround.Resolver, Port = 53, Name = ImaginedGround.Name("core.example") })[2..]];

    private static byte[] Answer(DnsResponseCode code, ushort error, string text)
    {
        byte[] room = new byte[512], options = new byte[200];
        var writer = new DnsMessageWriter(room, 7, (ushort)(DnsHeader.Response | (int)code));
        Assert.True(writer.TryWriteQuestion("core.example"u8, DnsType.A));
        Assert.True(writer.TryWriteEdns(1232, 0, options.AsSpan(0, Edns.WriteExtendedError(options, error, text))));
        return writer.Message.ToArray();
    }

    private static Probe Of(ProbeKind kind) => new() { Kind = kind, To = ImaginedGround.Core, Port = 443, Name = ImaginedGround.Name("core.example"), Token = Token };
}
