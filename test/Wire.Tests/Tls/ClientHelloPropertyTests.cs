using System.Text;
using CsCheck;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Tls;

public sealed class ClientHelloPropertyTests
{
    private static readonly Gen<string> Names =
        Gen.String[Gen.Char["abcxyz019-"], 1, 20].Where(l => !l.All(char.IsAsciiDigit)).Array[1, 6].Select(labels => string.Join('.', labels));

    private static readonly Gen<HelloBuilder> Hellos = Gen.Select(
        Names, Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 1000], Gen.Int[1, 3000]).Select((name, ech, early, tls13, seed, share) => HelloBuilder.For(name) with
        {
            Ech = ech,
            EarlyData = early,
            SupportedVersions = tls13 ? [0x0304, 0x0303] : [0x0303],
            ShuffleSeed = seed,
            KeyShareBytes = share,
        });

    [Fact]
    public void What_is_built_is_read_again_over_any_records() => Gen.Select(Hellos, Gen.Int[1, 400].Array[0, 5]).Sample((builder, sizes) =>
    {
        byte[] name = new byte[253];
        byte[] message = builder.Message();
        int[] cuts = [.. sizes.TakeWhile((_, i) => sizes.Take(i + 1).Sum() < message.Length)];
        byte[] bytes = HelloBuilder.Records(message, cuts);
        Assert.Equal(ReadStatus.Found, TlsClientHello.Read(bytes, name, out ClientHelloView hello));
        Assert.Equal((bytes.Length, cuts.Length + 1), (hello.HelloBytes, hello.Records));
        Assert.Equal((builder.Ech, builder.EarlyData, builder.SupportedVersions.Count == 2), (hello.HasEch, hello.HasEarlyData, hello.OffersTls13));
        Assert.Equal(Encoding.ASCII.GetString(builder.ServerNames![0].Name), Encoding.ASCII.GetString(name, 0, hello.NameLength));
    }, iter: 300);

    [Fact]
    public void Every_beginning_of_a_built_hello_needs_more() => Gen.Select(Hellos, Gen.Int[1, 100].Array[0, 3]).Sample((builder, cuts) =>
    {
        byte[] name = new byte[253];
        byte[] bytes = builder.Build(cuts);
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal(ReadStatus.NeedMore, TlsClientHello.Read(bytes.AsSpan(0, length), name, out _));
    }, iter: 30);

    // The answer never goes back: malformed stays malformed, found stays found with the same bytes, whatever follows.
    [Fact]
    public void More_bytes_never_turn_an_answer() => Gen.Select(
        Hellos, Gen.Select(Gen.Double[0, 1], Gen.Byte).Array[0, 4], Gen.Int[1, 200].Array[0, 3], Gen.Byte.Array[0, 20]).Sample((builder, changes, cuts, tail) =>
    {
        byte[] name = new byte[253];
        byte[] bytes = [.. builder.Build(cuts), .. tail];
        foreach ((double at, byte value) in changes) bytes[(int)(at * (bytes.Length - 1))] = value;
        ReadStatus last = ReadStatus.NeedMore;
        int found = 0;
        for (int length = 0; length <= bytes.Length; length += length < 400 ? 1 : 37)
        {
            ReadStatus status = TlsClientHello.Read(bytes.AsSpan(0, length), name, out ClientHelloView hello);
            Assert.True(last == ReadStatus.NeedMore || status == last);
            if (status == ReadStatus.Found) Assert.Equal(found == 0 ? hello.HelloBytes : found, found = hello.HelloBytes);
            Assert.InRange(hello.NameLength, 0, 253);
            Assert.InRange(hello.HelloBytes, 0, length);
            Assert.Equal(status == ReadStatus.Malformed, hello.Problem != HelloProblem.None);
            last = status;
        }
    }, iter: 400);

    [Fact]
    public void No_bytes_make_the_reader_throw() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        byte[] name = new byte[253];
        byte[] framed = HelloBuilder.Records([1, 0, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes]);
        TlsClientHello.Read(bytes, name, out _);
        TlsClientHello.ReadAfterRetry(bytes, name, out _);
        Assert.NotEqual(ReadStatus.NeedMore, TlsClientHello.Read(framed, name, out _));
    }, iter: 20_000);
}
