using System.Text;

namespace Exeat.Wire.Tests.Tls;

public sealed class ClientHelloCorpusTests
{
    private readonly byte[] _name = new byte[253];

    [Theory]
    [MemberData(nameof(Corpus.Hellos), MemberType = typeof(Corpus))]
    public void The_hello_of_a_real_client_is_found_with_its_name(string file, string name, bool offersTls13)
    {
        byte[] bytes = Corpus.Read(file);
        Assert.Equal(ReadStatus.Found, TlsClientHello.Read(bytes, _name, out ClientHelloView hello));
        Assert.Equal(bytes.Length, hello.HelloBytes);
        Assert.Equal(name.Length > 0 ? SniStatus.Name : SniStatus.Absent, hello.SniStatus);
        Assert.Equal(name, Encoding.ASCII.GetString(_name, 0, hello.NameLength));
        Assert.Equal(offersTls13, hello.OffersTls13);
        Assert.Equal((0x0303, 1, HelloProblem.None), (hello.LegacyVersion, hello.Records, hello.Problem));
        Assert.False(hello.HasEch || hello.HasEarlyData);
    }

    [Theory]
    [MemberData(nameof(Corpus.Hellos), MemberType = typeof(Corpus))]
    public void Every_beginning_of_a_real_hello_needs_more(string file, string name, bool offersTls13)
    {
        Assert.NotNull(name);
        byte[] bytes = Corpus.Read(file);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ReadStatus.NeedMore, TlsClientHello.Read(bytes.AsSpan(0, length), _name, out ClientHelloView hello));
            Assert.Equal((0, HelloProblem.None), (hello.HelloBytes, hello.Problem));
            Assert.True(offersTls13 || !hello.OffersTls13);
        }
    }

    [Theory]
    [MemberData(nameof(Corpus.Hellos), MemberType = typeof(Corpus))]
    public void A_real_hello_cut_into_two_records_anywhere_says_the_same(string file, string name, bool offersTls13)
    {
        byte[] message = Corpus.Read(file)[5..];
        for (int cut = 1; cut < message.Length; cut++)
        {
            byte[] bytes = Exeat.Testing.HelloBuilder.Records(message, cut);
            Assert.Equal(ReadStatus.Found, TlsClientHello.Read(bytes, _name, out ClientHelloView hello));
            Assert.Equal((bytes.Length, 2, offersTls13), (hello.HelloBytes, hello.Records, hello.OffersTls13));
            Assert.Equal(name, Encoding.ASCII.GetString(_name, 0, hello.NameLength));
        }
    }

    [Fact]
    public void The_second_hello_after_a_retry_is_found_behind_the_change_of_cipher()
    {
        byte[] bytes = Corpus.Read("retry-client");
        Assert.Equal(ReadStatus.Found, TlsClientHello.Read(bytes, _name, out ClientHelloView first));
        byte[] rest = bytes[first.HelloBytes..];
        Assert.Equal(ReadStatus.Malformed, TlsClientHello.Read(rest, _name, out _));
        Assert.Equal(ReadStatus.Found, TlsClientHello.ReadAfterRetry(rest, _name, out ClientHelloView second));
        Assert.Equal("api.example.com", Encoding.ASCII.GetString(_name, 0, second.NameLength));
        for (int length = 0; length < second.HelloBytes; length++)
            Assert.Equal(ReadStatus.NeedMore, TlsClientHello.ReadAfterRetry(rest.AsSpan(0, length), _name, out _));
        // A client without compatibility mode sends the hello at once.
        Assert.Equal(ReadStatus.Found, TlsClientHello.ReadAfterRetry(rest.AsSpan(6), _name, out ClientHelloView bare));
        Assert.Equal(second.HelloBytes, bare.HelloBytes + 6);
    }
}
