using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Gateway.Dns;

/// <summary>Reads an agent's packet: one question of class IN, at most an EDNS record, and nothing else.</summary>
internal static class QuestionReader
{
    private const int LeastUdpBytes = 512;

    /// <summary>Reads the packet. The question is given whenever it could be read, also beside a problem, so that the refusal can echo it.</summary>
    public static QuestionProblem Read(ReadOnlySpan<byte> packet, out AgentQuestion? question)
    {
        question = null;
        if (DnsMessageReader.TryOpen(packet, out DnsMessageReader reader) != ReadStatus.Found || reader.Header.IsResponse) return QuestionProblem.NotAQuestion;
        if (reader.Header.Opcode != 0) return QuestionProblem.NotAQuery;
        if (reader.Header is not { Questions: 1, Answers: 0, Authorities: 0 }) return QuestionProblem.Malformed;
        if (reader.TryReadQuestion(out DnsQuestion asked) != ReadStatus.Found) return QuestionProblem.Malformed;
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        if (asked.TryReadName(name, out int length) != ReadStatus.Found) return QuestionProblem.Malformed;
        (bool sound, bool hasEdns, Edns edns) = ReadEdns(ref reader);
        if (!sound) return QuestionProblem.Malformed;
        question = new AgentQuestion
        {
            Id = reader.Header.Id,
            WantsRecursion = reader.Header.WantsRecursion,
            Bytes = asked.Bytes.ToArray(),
            Name = length == 0 ? null : DomainName.FromCanonical(name[..length]),
            Type = asked.Type,
            HasEdns = hasEdns,
            UdpBytes = hasEdns ? Math.Max(LeastUdpBytes, (int)edns.UdpBytes) : LeastUdpBytes,
        };
        if (edns.Version != 0) return QuestionProblem.EdnsVersion;
        return asked.Class == DnsQuestion.Internet ? QuestionProblem.None : QuestionProblem.Class;
    }

    // Bytes behind the last declared record are a carrier and nothing else: no honest client sends them.
    private static (bool Sound, bool HasEdns, Edns Edns) ReadEdns(ref DnsMessageReader reader)
    {
        bool found = false;
        Edns edns = default;
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        while (reader.HasRecord)
        {
            if (reader.TryReadRecord(out DnsRecord record) != ReadStatus.Found) return default;
            if (record.Type != DnsType.OPT) continue;
            if (found || record.TryReadOwner(name, out int owner) != ReadStatus.Found || owner != 0) return default;
            (found, edns) = (true, Edns.Of(record));
        }
        return (reader.BytesLeft == 0, found, edns);
    }
}
