using System.Net;

namespace Exeat.Lab.World;

/// <summary>The zone of somebody whose names are permitted, and who answers whatever helps to get out (D4 to D9). The first label says how it lies.</summary>
internal static class HostileZone
{
    private const int TypeA = 1, TypeCname = 5, TypeAaaa = 28, TypeHttps = 65, HeaderBytes = 12;
    private const int ManyAddresses = 3000, LongChain = 20;

    /// <summary>Its names end so.</summary>
    public const string Suffix = ".hostile.example.org";

    /// <summary>A name that somebody else's rule permits, which this zone claims to be at the hostile place.</summary>
    private const string Victim = "openclaw.ai";

    /// <summary>Builds the answer to one of its questions, whose bytes end at <paramref name="end"/>.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> message, int end, string name, int type)
    {
        byte[] owner = [0xc0, HeaderBytes];
        bool v6 = type == TypeAaaa, address = type is TypeA or TypeAaaa;
        string how = name[..name.IndexOf('.', StringComparison.Ordinal)];
        List<byte[]> answers = [], additional = [];
        switch (how)
        {
            case "private" when address:
                answers.Add(AddressOf(owner, v6, "10.20.0.5", "fd00:20::5"));
                break;
            case "metadata" when address:
                answers.Add(AddressOf(owner, v6, WorldMap.Metadata.Address4, WorldMap.Metadata.Address6));
                break;
            case "embedded" when v6:
                answers.Add(AddressOf(owner, v6, "", WorldMap.Embedded.Address6));
                break;
            case "cname" when address:
                answers.Add(DnsZone.Record(owner, TypeCname, DnsZone.Encode(Victim)));
                answers.Add(Here(DnsZone.Encode(Victim), v6));
                break;
            case "chain" when address:
                for (int i = 0; i < LongChain; i++) answers.Add(DnsZone.Record(i == 0 ? owner : DnsZone.Encode(Link(i)), TypeCname, DnsZone.Encode(Link(i + 1))));
                answers.Add(Here(DnsZone.Encode(Link(LongChain)), v6));
                break;
            case "additional" when address:
                answers.Add(AddressOf(owner, v6, "203.0.113.30", "2001:db8:f::30"));
                answers.Add(Here(DnsZone.Encode(Victim), v6));
                additional.Add(Here(DnsZone.Encode(Victim), v6));
                break;
            case "question" when address:
                // To another question than the one that was asked.
                return Whole([0, 0, .. message[2..HeaderBytes], .. DnsZone.Encode(Victim), .. message[(end - 4)..end]], message, [Here(owner, v6)], []);
            case "loop" when address:
                answers.Add(Here([0xc0, (byte)end], v6));
                break;
            case "many" when address:
                // The place itself comes last: whoever takes them all binds it.
                for (int i = 0; i < ManyAddresses; i++) answers.Add(AddressOf(owner, v6, $"203.0.{i / 250}.{i % 250}", $"2001:db8:e::{i:x}"));
                answers.Add(Here(owner, v6));
                break;
            case "hint" when type == TypeHttps:
                answers.Add(DnsZone.Record(owner, TypeHttps,
                [
                    0, 1, 0,
                    0, 4, 0, 4, .. IPAddress.Parse("10.20.0.5").GetAddressBytes(),
                    0, 6, 0, 16, .. IPAddress.Parse("fd00:20::5").GetAddressBytes(),
                ]));
                break;
            case "hint" when address:
                answers.Add(AddressOf(owner, v6, "203.0.113.30", "2001:db8:f::30"));
                break;
        }
        return Whole(message[..end].ToArray(), message, answers, additional);
    }

    private static string Link(int number) => $"link{number}{Suffix}";

    private static byte[] Here(byte[] owner, bool v6) => AddressOf(owner, v6, WorldMap.Hostile.Address4, WorldMap.Hostile.Address6);

    private static byte[] AddressOf(byte[] owner, bool v6, string address4, string address6) =>
        DnsZone.Record(owner, v6 ? TypeAaaa : TypeA, IPAddress.Parse(v6 ? address6 : address4).GetAddressBytes());

    private static byte[] Whole(byte[] question, ReadOnlySpan<byte> message, List<byte[]> answers, List<byte[]> additional)
    {
        using MemoryStream whole = DnsZone.Head(question, question.Length, 0, answers.Count);
        foreach (byte[] record in answers.Concat(additional)) whole.Write(record);
        byte[] bytes = whole.ToArray();
        message[..2].CopyTo(bytes);
        bytes[11] = (byte)additional.Count;
        return bytes;
    }
}
