using System.Net;
using System.Text;
using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Tests.Dns;

/// <summary>What an agent got back, taken apart.</summary>
internal sealed class AgentReply
{
    public AgentReply(byte[] message)
    {
        Message = message;
        Assert.Equal(ReadStatus.Found, DnsMessageReader.TryOpen(message, out DnsMessageReader reader));
        Header = reader.Header;
        Assert.True(Header.IsResponse);
        if (reader.HasQuestion)
        {
            Assert.Equal(ReadStatus.Found, reader.TryReadQuestion(out DnsQuestion question));
            QuestionBytes = question.Bytes.ToArray();
        }
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        while (reader.HasRecord)
        {
            Assert.Equal(ReadStatus.Found, reader.TryReadRecord(out DnsRecord record));
            if (record.Type == DnsType.OPT)
            {
                HasEdns = true;
                ExtendedCode = Edns.Of(record).ExtendedCode;
                if (Edns.TryReadExtendedError(record.Rdata, out ushort error, out ReadOnlySpan<byte> text) == ReadStatus.Found) Error = (error, Encoding.UTF8.GetString(text));
                continue;
            }
            Assert.Equal(ReadStatus.Found, record.TryReadOwner(name, out int length));
            Records.Add((record.Section, Encoding.ASCII.GetString(name[..length]), record.Type, record.TtlSeconds, record.Rdata.ToArray()));
        }
        Assert.Equal(0, reader.BytesLeft);
    }

    public byte[] Message { get; }

    public DnsHeader Header { get; }

    public byte[] QuestionBytes { get; } = [];

    public bool HasEdns { get; }

    public byte ExtendedCode { get; }

    public (int Code, string Text)? Error { get; }

    public List<(DnsSection Section, string Owner, DnsType Type, int Ttl, byte[] Rdata)> Records { get; } = [];

    public DnsResponseCode Code => Header.ResponseCode;

    public string[] Addresses => [.. Records.Where(r => r.Type is DnsType.A or DnsType.AAAA).Select(r => new IPAddress(r.Rdata).ToString())];

    public bool HasSoa => Records.Any(r => r is { Section: DnsSection.Authority, Type: DnsType.SOA });
}
