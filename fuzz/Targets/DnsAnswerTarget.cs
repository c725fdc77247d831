using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Fuzz.Targets;

/// <summary>An upstream's message to our question for api.example.com. The first byte of the input is the type that was asked for, the id is 1.</summary>
internal sealed class DnsAnswerTarget : IFuzzTarget
{
    private static readonly DomainName Asked = DomainName.FromCanonical("api.example.com"u8);
    private static readonly DnsType[] Types = [DnsType.A, DnsType.AAAA, DnsType.HTTPS, DnsType.SVCB, DnsType.CNAME, DnsType.TXT, DnsType.MX, DnsType.SOA];
    private readonly ResolverLimits _limits = new();
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];

    public string Name => "dns-answer";

    public IReadOnlyList<byte[]> Words => Dictionaries.Dns;

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return;
        DnsType type = Types[input[0] % Types.Length];
        AnswerStatus status = new AnswerReader(_limits).Read(input[1..], 1, Asked, type, out Answer? answer);
        Promise.Holds(status == AnswerStatus.Good == (answer is not null), "a good answer, and only that, is one");
        if (answer is null) return;
        Promise.Holds(answer.Code is DnsResponseCode.NoError or DnsResponseCode.NameError, "an answer says that there is something, or that there is nothing");
        Promise.Holds(answer.Records.IsEmpty || answer.Code == DnsResponseCode.NoError, "what does not exist has no records");
        Promise.Holds(answer.TtlSeconds >= 0 && answer.TtlSeconds <= _limits.MaxTtl.TotalSeconds, "the life of an answer is bounded");
        Promise.Holds(answer.Aliases.Length <= AnswerReader.MaxAliases && answer.Aliases.Distinct().Count() == answer.Aliases.Length && !answer.Aliases.Contains(Asked), "aliases are few and make no circle");
        foreach (byte[] rdata in answer.Records)
        {
            Promise.Holds(type != DnsType.A || rdata.Length == 4, "an A record is an address");
            Promise.Holds(type != DnsType.AAAA || rdata.Length == 16, "an AAAA record is an address");
            if (type is DnsType.HTTPS or DnsType.SVCB) HasNoEch(rdata);
        }
    }

    private void HasNoEch(byte[] rdata)
    {
        Promise.Holds(SvcbReader.TryOpen(rdata, _name, out _, out SvcbReader reader) == ReadStatus.Found, "a kept record can be read again");
        while (reader.HasParameter && reader.TryReadParameter(out ushort key, out _) == ReadStatus.Found) Promise.Holds(key != SvcbReader.Ech, "no ech is left");
    }
}
