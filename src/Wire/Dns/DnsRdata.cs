using System.Buffers.Binary;
using Exeat.Names;

namespace Exeat.Wire.Dns;

/// <summary>The inner bytes of records: builds them, and copies those of others with their names spelled out.</summary>
public static class DnsRdata
{
    /// <summary>The longest SOA: two names and five numbers.</summary>
    public const int MaxSoaBytes = 2 * DnsName.MaxWireBytes + 20;

    /// <summary>Writes an SOA whose every timer is <paramref name="minimum"/>; a negative answer is remembered so long (RFC 2308, 5). Returns its length, 0 without room.</summary>
    public static int WriteSoa(Span<byte> destination, ReadOnlySpan<byte> server, ReadOnlySpan<byte> mailbox, uint serial, uint minimum)
    {
        int at = DnsName.Write(destination, server);
        if (at == 0) return 0;
        int second = DnsName.Write(destination[at..], mailbox);
        if (second == 0 || destination.Length < at + second + 20) return 0;
        at += second;
        BinaryPrimitives.WriteUInt32BigEndian(destination[at..], serial);
        for (int i = 1; i < 5; i++) BinaryPrimitives.WriteUInt32BigEndian(destination[(at + 4 * i)..], minimum);
        return at + 20;
    }

    /// <summary>Reads the last number of an SOA: how long a negative answer may be remembered.</summary>
    public static ReadStatus TryReadSoaMinimum(in DnsRecord record, out uint minimum)
    {
        minimum = 0;
        if (record.Type != DnsType.SOA || record.Rdata.Length < 22) return ReadStatus.Malformed;
        minimum = BinaryPrimitives.ReadUInt32BigEndian(record.Rdata[^4..]);
        return ReadStatus.Found;
    }

    /// <summary>Copies a record's bytes with compressed names spelled out, checking the form of every type named in <see cref="DnsType"/>.</summary>
    /// <param name="record">The record to copy.</param>
    /// <param name="destination">Room for <see cref="MaxSoaBytes"/> or the record's own length, whichever is more.</param>
    /// <param name="written">Bytes copied.</param>
    /// <returns>Malformed also for types whose form is not known here: what cannot be checked is not copied.</returns>
    public static ReadStatus TryCopy(in DnsRecord record, Span<byte> destination, out int written)
    {
        written = 0;
        ReadOnlySpan<byte> rdata = record.Rdata;
        switch (record.Type)
        {
            case DnsType.A when rdata.Length == 4:
            case DnsType.AAAA when rdata.Length == 16:
            case DnsType.TXT when AreStrings(rdata):
                return TryCopyPlain(rdata, destination, ref written) ? ReadStatus.Found : ReadStatus.Malformed;
            case DnsType.CNAME or DnsType.NS or DnsType.PTR:
                return TryCopyNames(record, destination, 0, 1, 0, out written);
            case DnsType.MX:
                return TryCopyNames(record, destination, 2, 1, 0, out written);
            case DnsType.SRV:
                return TryCopyNames(record, destination, 6, 1, 0, out written);
            case DnsType.SOA:
                return TryCopyNames(record, destination, 0, 2, 20, out written);
            case DnsType.SVCB or DnsType.HTTPS:
                return SvcbRewriter.TryRewrite(rdata, default, destination, out written);
            default:
                return ReadStatus.Malformed;
        }
    }

    private static ReadStatus TryCopyNames(in DnsRecord record, Span<byte> destination, int before, int names, int behind, out int written)
    {
        written = 0;
        if (record.Rdata.Length <= before || !TryCopyPlain(record.Rdata[..before], destination, ref written)) return ReadStatus.Malformed;
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        int at = before;
        for (int i = 0; i < names; i++)
        {
            if (record.TryReadName(at, name, out int length, out at) != ReadStatus.Found) return ReadStatus.Malformed;
            int copied = DnsName.Write(destination[written..], name[..length]);
            if (copied == 0) return ReadStatus.Malformed;
            written += copied;
        }
        bool fits = record.Rdata.Length == at + behind && TryCopyPlain(record.Rdata[at..], destination, ref written);
        return fits ? ReadStatus.Found : ReadStatus.Malformed;
    }

    private static bool TryCopyPlain(ReadOnlySpan<byte> bytes, Span<byte> destination, ref int written)
    {
        if (!bytes.TryCopyTo(destination[written..])) return false;
        written += bytes.Length;
        return true;
    }

    // TXT is one or more strings, each behind its length byte (RFC 1035, 3.3.14).
    private static bool AreStrings(ReadOnlySpan<byte> rdata)
    {
        if (rdata.IsEmpty) return false;
        while (!rdata.IsEmpty)
        {
            if (rdata.Length < 1 + rdata[0]) return false;
            rdata = rdata[(1 + rdata[0])..];
        }
        return true;
    }
}
