using System.Text;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Tls;

public sealed class ClientHelloTests
{
    private readonly byte[] _name = new byte[253];

    [Theory]
    [InlineData("API.Example.COM", "api.example.com")]
    [InlineData("api.example.com.", "api.example.com")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("_x.local", "_x.local")]
    public void The_name_is_canonical(string sent, string read)
    {
        ClientHelloView hello = Find(HelloBuilder.For(sent).Build());
        Assert.Equal(SniStatus.Name, hello.SniStatus);
        Assert.Equal(read, Encoding.ASCII.GetString(_name, 0, hello.NameLength));
    }

    [Theory]
    [InlineData("192.0.2.1", SniStatus.Address)]
    [InlineData("2001:db8::1", SniStatus.Address)]
    [InlineData("api.example.com:443", SniStatus.Invalid)]
    [InlineData("bad.cafe:443", SniStatus.Invalid)]
    [InlineData("api.example.com[", SniStatus.Invalid)]
    [InlineData("", SniStatus.Invalid)]
    [InlineData(".", SniStatus.Invalid)]
    [InlineData("a..b", SniStatus.Invalid)]
    [InlineData("api.example.com\0.evil.net", SniStatus.Invalid)]
    [InlineData("api.example.com\r\n", SniStatus.Invalid)]
    [InlineData("bücher.example", SniStatus.Invalid)]
    public void What_is_no_name_is_flagged_and_names_nobody(string sent, SniStatus status)
    {
        var builder = new HelloBuilder { ServerNames = [(0, Encoding.UTF8.GetBytes(sent))] };
        ClientHelloView hello = Find(builder.Build());
        Assert.Equal((status, 0), (hello.SniStatus, hello.NameLength));
    }

    [Fact]
    public void A_name_of_253_bytes_is_read_and_one_more_is_invalid()
    {
        string label = new('a', 63);
        string longest = $"{label}.{label}.{label}.{label[..61]}";
        Assert.Equal(253, Find(HelloBuilder.For(longest).Build()).NameLength);
        Assert.Equal(SniStatus.Invalid, Find(HelloBuilder.For(longest + "a").Build()).SniStatus);
    }

    [Fact]
    public void Two_names_are_flagged_whatever_they_are()
    {
        byte[] good = "api.example.com"u8.ToArray();
        Assert.Equal((SniStatus.Multiple, 0), Sni([(0, good), (0, good)]));
        Assert.Equal((SniStatus.Multiple, 0), Sni([(0, good), (1, [1])]));
        Assert.Equal((SniStatus.Multiple, 0), Sni([(1, [1]), (0, good)]));
        Assert.Equal((SniStatus.Invalid, 0), Sni([(1, good)]));
    }

    [Fact]
    public void Without_the_extension_or_any_extension_the_name_is_absent()
    {
        Assert.Equal(SniStatus.Absent, Find(new HelloBuilder().Build()).SniStatus);
        Assert.Equal(SniStatus.Absent, Find(new HelloBuilder { WithoutExtensions = true }.Build()).SniStatus);
    }

    [Fact]
    public void The_extensions_that_matter_are_reported()
    {
        ClientHelloView hello = Find((HelloBuilder.For("a.example") with { Ech = true, EarlyData = true }).Build());
        Assert.True(hello.HasEch && hello.HasEarlyData && hello.OffersTls13);
        ClientHelloView old = Find((HelloBuilder.For("a.example") with { SupportedVersions = [], Version = 0x0301 }).Build());
        Assert.False(old.HasEch || old.HasEarlyData || old.OffersTls13);
        Assert.Equal(0x0301, old.LegacyVersion);
        Assert.False(Find((HelloBuilder.For("a.example") with { SupportedVersions = [0x7f1c, 0x0303, 0x5a5a] }).Build()).OffersTls13);
    }

    [Fact]
    public void Bytes_behind_the_hello_are_left_to_the_caller()
    {
        byte[] hello = (HelloBuilder.For("a.example") with { EarlyData = true }).Build();
        byte[] stream = [.. hello, 20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 1, 0];
        Assert.Equal(hello.Length, Find(stream).HelloBytes);
    }

    [Fact]
    public void Post_quantum_and_other_large_hellos_are_found()
    {
        foreach (int size in (int[])[1216, 2400, 16_000, 60_000])
        {
            byte[] message = (HelloBuilder.For("a.example") with { KeyShareBytes = size, ShuffleSeed = 3 }).Message();
            int[] cuts = [.. Enumerable.Repeat(16_384, message.Length / 16_384)];
            byte[] bytes = HelloBuilder.Records(message, cuts);
            Assert.Equal((bytes.Length, SniStatus.Name), (Find(bytes).HelloBytes, Find(bytes).SniStatus));
        }
    }

    [Fact]
    public void The_name_is_found_wherever_its_extension_stands()
    {
        HelloBuilder builder = HelloBuilder.For("a.example") with { Ech = true };
        int last = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] bytes = (builder with { ShuffleSeed = seed }).Build();
            Assert.Equal("a.example", Encoding.ASCII.GetString(_name, 0, Find(bytes).NameLength));
            if (bytes.AsSpan().EndsWith("a.example"u8)) last++;
        }
        Assert.True(last > 0);
    }

    [Fact]
    public void A_hello_in_records_of_one_byte_is_found()
    {
        byte[] message = HelloBuilder.For("a.example").Message();
        byte[] bytes = HelloBuilder.Records(message, [.. Enumerable.Repeat(1, message.Length)]);
        ClientHelloView hello = Find(bytes);
        Assert.Equal((bytes.Length, message.Length, SniStatus.Name), (hello.HelloBytes, hello.Records, hello.SniStatus));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(60)]
    public void Every_beginning_of_a_hello_over_two_records_needs_more_also_inside_the_second_header(int cut)
    {
        byte[] bytes = HelloBuilder.For("a.example").Build(cut);
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal(ReadStatus.NeedMore, TlsClientHello.Read(bytes.AsSpan(0, length), _name, out _));
    }

    private (SniStatus Status, int Length) Sni((byte Type, byte[] Name)[] names)
    {
        ClientHelloView hello = Find(new HelloBuilder { ServerNames = names }.Build());
        return (hello.SniStatus, hello.NameLength);
    }

    private ClientHelloView Find(byte[] bytes)
    {
        ReadStatus status = TlsClientHello.Read(bytes, _name, out ClientHelloView hello);
        Assert.Equal((ReadStatus.Found, HelloProblem.None), (status, hello.Problem));
        return hello;
    }
}
