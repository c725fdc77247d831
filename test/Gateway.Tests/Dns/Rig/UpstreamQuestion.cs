using System.Text;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>A question as the fake upstream received it, and how to answer it.</summary>
internal sealed record UpstreamQuestion(ushort Id, string Name, DnsType Type, bool Tcp)
{
    /// <summary>A message that answers this question: flags may be added, and records written.</summary>
    public byte[] Reply(Func<RecordList, RecordList>? records = null, DnsResponseCode code = DnsResponseCode.NoError, ushort flags = 0)
    {
        byte[] room = new byte[65535];
        var writer = new DnsMessageWriter(room, Id, (ushort)(DnsHeader.Response | DnsHeader.RecursionAvailable | flags | (int)code));
        Assert.True(writer.TryWriteQuestion(Encoding.ASCII.GetBytes(Name), Type));
        foreach ((DnsSection section, string owner, DnsType type, int ttl, byte[] rdata) in (records?.Invoke(new RecordList()) ?? new RecordList()).Items)
            Assert.True(writer.TryWriteRecord(section, Encoding.ASCII.GetBytes(owner), type, (uint)ttl, rdata));
        return writer.Message.ToArray();
    }
}
