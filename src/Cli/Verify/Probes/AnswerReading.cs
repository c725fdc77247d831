using System.Collections.Immutable;
using System.Text;
using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Cli.Verify;

/// <summary>Reads what a resolver answered: addresses, "blocked" with rule and denial id, or neither.</summary>
internal static class AnswerReading
{
    // As the gateway's resolver writes it: "rule NAME; denial ID".
    private const string RuleWord = "rule ", DenialWord = "; denial ";
    private const int MostText = 256;

    /// <summary>Null: these bytes do not answer that question.</summary>
    public static Seen? Read(Seen seen, ReadOnlySpan<byte> question, ReadOnlySpan<byte> answer)
    {
        if (DnsMessageReader.TryOpen(answer, out DnsMessageReader reader) != ReadStatus.Found || !reader.Header.IsResponse) return null;
        if (!answer[..2].SequenceEqual(question[..2])) return null;
        while (reader.HasQuestion)
            if (reader.TryReadQuestion(out _) != ReadStatus.Found) return null;
        var addresses = ImmutableArray.CreateBuilder<Address>();
        int records = 0;
        while (reader.HasRecord)
        {
            if (reader.TryReadRecord(out DnsRecord record) != ReadStatus.Found) return null;
            if (record.Section == DnsSection.Answer)
            {
                records++;
                if (record.Address.IsKnown) addresses.Add(record.Address);
            }
            else if (record.Type == DnsType.OPT && Edns.TryReadExtendedError(record.Rdata, out ushort error, out ReadOnlySpan<byte> text) == ReadStatus.Found && error == Edns.Blocked)
            {
                return Blocked(seen, text);
            }
        }
        Look look = reader.Header.ResponseCode switch
        {
            DnsResponseCode.NoError when records > 0 => Look.Answered,
            DnsResponseCode.NoError or DnsResponseCode.NameError => Look.NoSuchName,
            _ => Look.ResolverFailed,
        };
        return seen with { Look = look, Addresses = addresses.ToImmutable(), Detail = look == Look.Answered ? "" : $"{reader.Header.ResponseCode}" };
    }

    private static Seen Blocked(Seen seen, ReadOnlySpan<byte> text)
    {
        // Another resolver may block too, and say anything: what is not of our form names no rule.
        string told = Encoding.UTF8.GetString(text[..Math.Min(text.Length, MostText)]);
        int denial = told.IndexOf(DenialWord, StringComparison.Ordinal);
        if (!told.StartsWith(RuleWord, StringComparison.Ordinal) || denial < 0) return seen with { Look = Look.Blocked };
        return seen with { Look = Look.Blocked, Rule = told[RuleWord.Length..denial], Denial = told[(denial + DenialWord.Length)..] };
    }
}
