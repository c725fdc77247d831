using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>Takes from an upstream's message only the records that answer our question, along at most a few aliases.</summary>
internal sealed class AnswerReader(ResolverLimits limits)
{
    /// <summary>Aliases followed in one answer. Content networks use two or three.</summary>
    public const int MaxAliases = 8;

    // More records than this are left away; no client uses them and each would cost a binding.
    private const int MaxRecords = 128;

    /// <summary>Reads a message that came from the upstream's own address and port.</summary>
    public AnswerStatus Read(ReadOnlySpan<byte> message, ushort id, DomainName name, DnsType type, out Answer? answer)
    {
        answer = null;
        if (DnsMessageReader.TryOpen(message, out DnsMessageReader reader) != ReadStatus.Found || !IsOurs(ref reader, id, name, type)) return AnswerStatus.NotOurs;
        if (reader.Header.IsTruncated) return AnswerStatus.Truncated;
        if (reader.Header.ResponseCode is not (DnsResponseCode.NoError or DnsResponseCode.NameError)) return AnswerStatus.Failed;
        return Follow(reader, name, type, out answer) ? AnswerStatus.Good : AnswerStatus.Failed;
    }

    private static bool IsOurs(ref DnsMessageReader reader, ushort id, DomainName name, DnsType type)
    {
        if (reader.Header is not { IsResponse: true, Opcode: 0, Questions: 1 } || reader.Header.Id != id) return false;
        if (reader.TryReadQuestion(out DnsQuestion question) != ReadStatus.Found || question.Type != type || question.Class != DnsQuestion.Internet) return false;
        Span<byte> asked = stackalloc byte[CanonicalName.MaxBytes];
        return question.TryReadName(asked, out int length) == ReadStatus.Found && asked[..length].SequenceEqual(name.Bytes);
    }

    // The reader is a value: each step of the chain walks the answer section again from its copy. Both are bounded.
    private bool Follow(in DnsMessageReader start, DomainName name, DnsType type, out Answer? answer)
    {
        answer = null;
        var aliases = new List<DomainName>();
        var records = new List<byte[]>();
        int ttl = (int)limits.MaxTtl.TotalSeconds;
        DomainName owner = name;
        while (true)
        {
            if (!Collect(start, owner, type, records, ref ttl, out DomainName? target)) return false;
            if (records.Count > 0 || target is null) break;
            if (aliases.Count == MaxAliases || target.Equals(name) || aliases.Contains(target)) return false;
            aliases.Add(target);
            owner = target;
        }
        bool exists = start.Header.ResponseCode == DnsResponseCode.NoError;
        if (!exists) records.Clear();
        if (records.Count == 0) ttl = Math.Min(ttl, NegativeTtl(start));
        answer = new Answer(start.Header.ResponseCode, [.. records], [.. aliases], ttl);
        return true;
    }

    private static bool Collect(DnsMessageReader reader, DomainName owner, DnsType type, List<byte[]> records, ref int ttl, out DomainName? target)
    {
        target = null;
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        byte[] copy = new byte[DnsRdata.MaxSoaBytes];
        int aliasTtl = 0;
        while (reader.HasRecord)
        {
            if (reader.TryReadRecord(out DnsRecord record) != ReadStatus.Found) return false;
            if (record.Section != DnsSection.Answer) break;
            bool wanted = record.Type == type, alias = record.Type == DnsType.CNAME && target is null;
            if ((!wanted && !alias) || record.Class != DnsQuestion.Internet) continue;
            if (record.TryReadOwner(name, out int length) != ReadStatus.Found || !name[..length].SequenceEqual(owner.Bytes)) continue;
            if (wanted)
            {
                if (records.Count == MaxRecords) continue;
                byte[] room = record.Rdata.Length > copy.Length ? new byte[record.Rdata.Length] : copy;
                if (DnsRdata.TryCopy(record, room, out int written) != ReadStatus.Found) return false;
                records.Add(room[..written]);
                ttl = Math.Min(ttl, record.TtlSeconds);
                continue;
            }
            if (record.TryReadName(0, name, out length, out int end) != ReadStatus.Found || end != record.Rdata.Length || length == 0) return false;
            target = DomainName.FromCanonical(name[..length]);
            aliasTtl = record.TtlSeconds;
        }
        if (records.Count == 0 && target is not null) ttl = Math.Min(ttl, aliasTtl);
        return true;
    }

    // RFC 2308, 5: the lesser of the SOA's own TTL and its minimum. Without an SOA nothing is remembered but for a second.
    private int NegativeTtl(DnsMessageReader reader)
    {
        while (reader.HasRecord && reader.TryReadRecord(out DnsRecord record) == ReadStatus.Found)
        {
            if (record.Section != DnsSection.Authority || DnsRdata.TryReadSoaMinimum(record, out uint minimum) != ReadStatus.Found) continue;
            return (int)Math.Clamp(Math.Min(minimum, (uint)record.TtlSeconds), 1, (long)limits.MaxNegativeTtl.TotalSeconds);
        }
        return 1;
    }
}
