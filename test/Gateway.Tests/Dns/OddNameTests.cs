using System.Net;
using System.Net.Sockets;
using System.Text;
using Exeat.Policy;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>Odd names in questions (D14 of docs/escapes.md), label by label as they stand on the wire. The policy permits api.example.com and **.example.org.</summary>
public sealed class OddNameTests
{
    private static readonly string Label63 = new('a', 63);

    // 253 letters and dots: the longest name there is (RFC 1035, 2.3.4: 255 bytes with lengths and root).
    private static readonly string[] Longest = [Label63, Label63, Label63, new string('b', 49), "example", "org"];

    public static TheoryData<string[], string> Permitted => new()
    {
        { ["API", "Example", "COM"], "api.example.com" },
        { ["_dns", "Example", "oRg"], "_dns.example.org" },
        { ["a_b-c", "example", "org"], "a_b-c.example.org" },
        { ["-a-", "example", "org"], "-a-.example.org" },
        { ["1", "2", "3", "4", "example", "org"], "1.2.3.4.example.org" },
        { ["XN--bcher-KVA", "example", "org"], "xn--bcher-kva.example.org" },
        { ["xn--", "example", "org"], "xn--.example.org" },
        { [Label63, "example", "org"], Label63 + ".example.org" },
        { Longest, string.Join('.', Longest) },
    };

    [Theory, MemberData(nameof(Permitted))]
    public async Task An_odd_name_below_a_permitted_one_is_asked_in_its_one_form(string[] labels, string canonical)
    {
        foreach (DnsType type in (DnsType[])[DnsType.A, DnsType.AAAA])
        {
            await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
            rig.Upstream.Give(60, type == DnsType.A ? "203.0.113.5" : "2001:db8:f::5");
            AgentReply reply = await rig.SendAsync(Question(Wire(labels), type));
            Assert.Equal(DnsResponseCode.NoError, reply.Code);
            Assert.Equal([$"{canonical} {type}"], rig.Upstream.Asked);
            Assert.Equal([canonical], rig.Bound("coder", Assert.Single(reply.Addresses)));
        }
    }

    public static TheoryData<string[]> Others => new()
    {
        (string[])["evilapi", "example", "com"],
        (string[])["api", "example", "com", "evil", "net"],
        (string[])["apiexample", "com"],
        (string[])["evilexample", "org"],
        (string[])["example", "org", "evil", "net"],
        (string[])["example", "organ"],
        (string[])["xn--exmple-cua", "org"], // the like of example.org, with a letter of another alphabet
        (string[])["xn--pi-7lc", "example", "com"],
        (string[])["api-example", "com"],
        (string[])["api", "example", "com", "com"],
        (string[])["org"],
        (string[])["api", "_example", "com"],
    };

    [Theory, MemberData(nameof(Others))]
    public async Task A_name_that_only_looks_like_a_permitted_one_is_another_and_does_not_leave(string[] labels)
    {
        foreach (DnsType type in (DnsType[])[DnsType.A, DnsType.AAAA])
        {
            await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
            AgentReply reply = await rig.SendAsync(Question(Wire(labels), type));
            Assert.Empty(reply.Addresses);
            Assert.Empty(rig.Upstream.Asked);
            Assert.Equal((Verdict.Deny, "default-deny"), (rig.Sink.Last.Verdict, rig.Sink.Last.Rule));
        }
    }

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "NUL behind the name", Wire("api", "example", "com\0") },
        { "NUL and more", Wire("api", "example", "com\0", "evil", "net") },
        { "NUL before the end", Wire("evil\0", "example", "org") },
        { "a dot inside a label", Wire("api.example", "com") },
        { "a dot inside a label below a permitted name", Wire("evil.net", "example", "org") },
        { "an escaped dot", Wire("evil\\.net", "example", "org") },
        { "a decimal escape", Wire("\\097pi", "example", "org") },
        { "a line break", Wire("a\r\nb", "example", "org") },
        { "an escape sequence of terminals", Wire("\u001b[2J", "example", "org") },
        { "a space", Wire("a b", "example", "org") },
        { "a wildcard", Wire("*", "example", "org") },
        { "a slash", Wire("a/b", "example", "org") },
        { "a formula", Wire("=cmd", "example", "org") },
        { "DEL", Wire("a\u007f", "example", "org") },
        { "a letter of UTF-8", [3, .. "a"u8, 0xc3, 0xa9, 7, .. "example"u8, 3, .. "org"u8, 0] },
        { "a full-width dot of UTF-8", [7, .. "api"u8, 0xef, 0xbc, 0x8e, (byte)'x', 7, .. "example"u8, 3, .. "org"u8, 0] },
        { "a byte above ASCII", [2, (byte)'a', 0xff, 7, .. "example"u8, 3, .. "org"u8, 0] },
        { "an address", Wire("192", "0", "2", "1") },
        { "an empty label in the middle, and more behind it", [3, .. "api"u8, 0, 7, .. "example"u8, 3, .. "com"u8, 0] },
        { "a label of 64 bytes", [64, .. Encoding.ASCII.GetBytes(Label63 + "a"), 7, .. "example"u8, 3, .. "org"u8, 0] },
        { "254 letters and dots", Wire(Label63, Label63, Label63, new string('b', 50), "example", "org") },
        { "300 letters and dots", Wire(Label63, Label63, Label63, Label63, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "example", "org") },
        { "an extended label type", [0x41, .. "a"u8, 7, .. "example"u8, 3, .. "org"u8, 0] },
        { "a pointer to itself", [3, .. "api"u8, 0xc0, 16] },
        { "no end", [3, .. "api"u8, 7, .. "exam"u8] },
    };

    [Theory, MemberData(nameof(Malformed))]
    public async Task What_is_no_name_is_answered_with_an_error_and_does_not_leave(string what, byte[] name)
    {
        Assert.NotEmpty(what);
        foreach (bool tcp in (bool[])[false, true])
        {
            await using ResolverRig rig = ResolverRig.Start(TestPolicy.Head);
            AgentReply reply = tcp ? await OverTcpAsync(rig, Question(name, DnsType.A)) : await rig.SendAsync(Question(name, DnsType.A));
            Assert.Equal(DnsResponseCode.FormatError, reply.Code);
            Assert.Empty(rig.Upstream.Asked);
            Assert.Equal((Verdict.Deny, Reason.Malformed), (rig.Sink.Last.Verdict, rig.Sink.Last.Reason));
        }
    }

    private static async Task<AgentReply> OverTcpAsync(ResolverRig rig, byte[] message)
    {
        using Socket socket = ResolverRig.Client("127.0.0.1", ProtocolType.Tcp);
        await socket.ConnectAsync(rig.EndPoint(IPAddress.Loopback));
        await socket.SendAsync((byte[])[(byte)(message.Length >> 8), (byte)message.Length, .. message]);
        await using var stream = new NetworkStream(socket);
        byte[] prefix = new byte[2];
        await stream.ReadExactlyAsync(prefix);
        byte[] reply = new byte[prefix[0] << 8 | prefix[1]];
        await stream.ReadExactlyAsync(reply);
        return new AgentReply(reply);
    }

    private static byte[] Question(byte[] name, DnsType type) => [0x42, 0x42, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. name, 0, (byte)type, 0, 1];

    private static byte[] Wire(params string[] labels) => [.. labels.SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.Latin1.GetBytes(label)]), 0];
}
