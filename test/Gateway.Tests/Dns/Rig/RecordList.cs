using System.Net;
using System.Net.Sockets;
using System.Text;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>Records of an answer, in the order they are written.</summary>
internal sealed class RecordList
{
    public List<(DnsSection Section, string Owner, DnsType Type, int Ttl, byte[] Rdata)> Items { get; } = [];

    public RecordList Add(DnsSection section, string owner, DnsType type, int ttl, params byte[] rdata)
    {
        Items.Add((section, owner, type, ttl, rdata));
        return this;
    }

    public RecordList Address(string owner, int ttl, string address, DnsSection section = DnsSection.Answer)
    {
        IPAddress parsed = IPAddress.Parse(address);
        return Add(section, owner, parsed.AddressFamily == AddressFamily.InterNetwork ? DnsType.A : DnsType.AAAA, ttl, parsed.GetAddressBytes());
    }

    /// <summary>Those of the addresses that are of the asked family.</summary>
    public RecordList Addresses(UpstreamQuestion question, int ttl, params string[] addresses)
    {
        foreach (string address in addresses)
            if (question.Type == (address.Contains(':', StringComparison.Ordinal) ? DnsType.AAAA : DnsType.A)) Address(question.Name, ttl, address);
        return this;
    }

    public RecordList Alias(string owner, string target, int ttl = 60) => Add(DnsSection.Answer, owner, DnsType.CNAME, ttl, Wire(target));

    public RecordList Soa(string zone, int ttl, int minimum)
    {
        byte[] rdata = new byte[DnsRdata.MaxSoaBytes];
        int length = DnsRdata.WriteSoa(rdata, "ns.example"u8, "host.example"u8, 1, (uint)minimum);
        return Add(DnsSection.Authority, zone, DnsType.SOA, ttl, rdata[..length]);
    }

    public static byte[] Wire(string name)
    {
        byte[] room = new byte[DnsName.MaxWireBytes];
        return room[..DnsName.Write(room, Encoding.ASCII.GetBytes(name))];
    }
}
