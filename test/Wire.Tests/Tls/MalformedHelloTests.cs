using Exeat.Names;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Tls;

public sealed class MalformedHelloTests
{
    private static readonly HelloBuilder Good = HelloBuilder.For("a.example");

    public static TheoryData<string, byte[], HelloProblem> Cases => new()
    {
        { "ChangeCipherSpec first", [20, 3, 3, 0, 1, 1, .. Good.Build()], HelloProblem.NotHandshake },
        { "alert first", [21, 3, 3, 0, 2, 1, 0, .. Good.Build()], HelloProblem.NotHandshake },
        { "alert between records", [.. Good.Build(50).AsSpan(0, 55), 21, 3, 3, 0, 2, 1, 0, .. Good.Build()], HelloProblem.NotHandshake },
        { "SSL 2", [0x80, 0x2e, 1, 3, 1], HelloProblem.NotHandshake },
        { "another major version in the record", [22, 2, 0, 0, 1], HelloProblem.NotHandshake },
        { "record of zero bytes first", [22, 3, 1, 0, 0, .. Good.Build()], HelloProblem.RecordLength },
        { "record of zero bytes between", [.. Good.Build(50).AsSpan(0, 55), 22, 3, 1, 0, 0], HelloProblem.RecordLength },
        { "record above 2^14", [22, 3, 1, 0x40, 1], HelloProblem.RecordLength },
        { "ServerHello from the client", [22, 3, 1, 0, 40, 2], HelloProblem.NotClientHello },
        { "hello above the limit", [22, 3, 1, 0, 40, 1, 1, 0, 0], HelloProblem.TooLong },
        { "another message in the same record", Framed([.. Good.Message(), 1, 0, 0, 0]), HelloProblem.TrailingBytes },
        { "major version 2", (Good with { Version = 0x0200 }).Build(), HelloProblem.IllegalValue },
        { "session id of 33 bytes", (Good with { SessionId = new byte[33] }).Build(), HelloProblem.IllegalValue },
        { "bytes behind the extensions", (Good with { Trailing = [0] }).Build(), HelloProblem.TrailingBytes },
        { "one byte where extensions should be", (Good with { WithoutExtensions = true, Trailing = [0] }).Build(), HelloProblem.VectorLength },
        { "two server names as extensions", With(0, HelloBuilder.ServerName([(0, [0x61])])), HelloProblem.DuplicateExtension },
        { "a duplicate that nobody reads", With(16, []), HelloProblem.DuplicateExtension },
        { "bytes behind the list of names", Only(0, [0, 4, 0, 0, 1, 0x61, 0]), HelloProblem.TrailingBytes },
        { "list of names too short for its name", Only(0, [0, 4, 0, 0, 2, 0x61]), HelloProblem.VectorLength },
        { "list of names without names", Only(0, [0, 0]), HelloProblem.VectorLength },
        { "empty server_name", Only(0, []), HelloProblem.VectorLength },
        { "odd supported_versions", Only(43, [1, 3]), HelloProblem.IllegalValue },
        { "bytes behind supported_versions", Only(43, [2, 3, 4, 0]), HelloProblem.TrailingBytes },
        { "early_data with a body", Only(42, [0]), HelloProblem.TrailingBytes },
        { "pre_shared_key before another extension", With((41, []), (99, [])), HelloProblem.PreSharedKeyNotLast },
        { "too many extensions", With([.. Enumerable.Range(1000, 130).Select(i => ((ushort)i, Array.Empty<byte>()))]), HelloProblem.TooManyExtensions },
        { "an extension longer than all of them", Only(99, [], claimed: 1), HelloProblem.VectorLength },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Bytes_that_cannot_become_a_hello_are_malformed_and_say_why(string what, byte[] bytes, HelloProblem problem)
    {
        byte[] name = new byte[253];
        Assert.NotEmpty(what);
        Assert.Equal(ReadStatus.Malformed, TlsClientHello.Read(bytes, name, out ClientHelloView hello));
        Assert.Equal((problem, 0), (hello.Problem, hello.HelloBytes));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_malformed_was_never_found_before_and_stays_malformed(string what, byte[] bytes, HelloProblem problem)
    {
        byte[] name = new byte[253];
        Assert.NotEqual(HelloProblem.None, problem);
        ReadStatus last = ReadStatus.NeedMore;
        byte[] longer = [.. bytes, .. new byte[20]];
        for (int length = 0; length <= longer.Length; length++)
        {
            ReadStatus status = TlsClientHello.Read(longer.AsSpan(0, length), name, out _);
            Assert.True(status == last || last == ReadStatus.NeedMore && status == ReadStatus.Malformed, $"{what} at {length}");
            last = status;
        }
        Assert.Equal(ReadStatus.Malformed, last);
    }

    [Fact]
    public void Endless_small_records_end_at_the_limit()
    {
        byte[] message = (Good with { KeyShareBytes = 30_000 }).Message();
        byte[] bytes = HelloBuilder.Records(message, [.. Enumerable.Repeat(1, message.Length)]);
        Assert.Equal(ReadStatus.Malformed, TlsClientHello.Read(bytes, new byte[253], out ClientHelloView hello));
        Assert.Equal(HelloProblem.TooLong, hello.Problem);
    }

    [Fact]
    public void A_name_buffer_that_may_be_too_small_is_refused()
    {
        Assert.Equal(ReadStatus.Malformed, TlsClientHello.Read(Good.Build(), new byte[252], out ClientHelloView hello));
        Assert.Equal(HelloProblem.NameBufferTooSmall, hello.Problem);
    }

    private static byte[] Framed(byte[] message) => HelloBuilder.Records(message);

    private static byte[] With(ushort type, byte[] body) => With((type, body));

    private static byte[] With(params (ushort Type, byte[] Body)[] extra) => (Good with { Extra = extra }).Build();

    // A hello with one extension of our making and nothing else.
    private static byte[] Only(ushort type, byte[] body, int claimed = 0)
    {
        byte[] extension = new ByteList().UInt16(type).UInt16(body.Length + claimed).Bytes(body).ToArray();
        return (new HelloBuilder { WithoutExtensions = true, Trailing = new ByteList().Vector16(extension).ToArray() }).Build();
    }

    // Mutated hellos (names, extensions, records, versions, lengths) that OpenSSL 3.0 answered with a ServerHello: the name it read ("-" for none), then the bytes.
    [Fact]
    public void What_OpenSSL_answered_is_read_with_the_same_name_or_with_none()
    {
        byte[] read = new byte[CanonicalName.MaxBytes], canonical = new byte[CanonicalName.MaxBytes];
        int same = 0;
        foreach (string line in Corpus.Lines("answered-by-openssl"))
        {
            string[] parts = line.Split(' ');
            byte[]? name = parts[0] == "-" ? null : Convert.FromHexString(parts[0]);
            ReadStatus status = TlsClientHello.Read(Convert.FromHexString(parts[1]), read, out ClientHelloView hello);
            if (status != ReadStatus.Found) continue;
            // No name at all is only what it, too, found none in; else a deny by name could be slipped.
            if (hello.SniStatus == SniStatus.Absent) Assert.Null(name);
            if (hello.SniStatus != SniStatus.Name) continue;
            Assert.Equal(NameProblem.None, CanonicalName.TryWrite(name, canonical, out int written));
            Assert.Equal(canonical[..written], read[..hello.NameLength]);
            same++;
        }
        Assert.True(same > 30);
    }
}
