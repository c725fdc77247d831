using System.Text;
using CsCheck;
using Exeat.Names;
using Exeat.Wire.Dns;

namespace Exeat.Wire.Tests.Dns;

public sealed class DnsMessageTests
{
    [Fact]
    public void A_written_message_reads_back()
    {
        byte[] message = Sample();
        Assert.Equal(ReadStatus.Found, DnsMessageReader.TryOpen(message, out DnsMessageReader reader));
        Assert.Equal((0x1234, true, true, 0), (reader.Header.Id, reader.Header.IsResponse, reader.Header.WantsRecursion, reader.Header.Opcode));
        Assert.Equal(DnsResponseCode.NameError, reader.Header.ResponseCode);
        Assert.Equal(ReadStatus.Found, reader.TryReadQuestion(out DnsQuestion question));
        Assert.Equal((DnsType.AAAA, DnsQuestion.Internet), (question.Type, question.Class));
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        Assert.Equal(ReadStatus.Found, question.TryReadName(name, out int length));
        Assert.Equal("www.example.com", Encoding.ASCII.GetString(name[..length]));

        Assert.Equal(ReadStatus.Found, reader.TryReadRecord(out DnsRecord alias));
        Assert.Equal((DnsSection.Answer, DnsType.CNAME, 60), (alias.Section, alias.Type, alias.TtlSeconds));
        Assert.Equal(ReadStatus.Found, alias.TryReadOwner(name, out length));
        Assert.Equal("www.example.com", Encoding.ASCII.GetString(name[..length]));
        Assert.Equal(ReadStatus.Found, alias.TryReadName(0, name, out length, out int end));
        Assert.Equal("cdn.example.net", Encoding.ASCII.GetString(name[..length]));
        Assert.Equal(alias.Rdata.Length, end);

        Assert.Equal(ReadStatus.Found, reader.TryReadRecord(out DnsRecord address));
        Assert.True(Address.TryParse("2001:db8::7", out Address expected));
        Assert.Equal(expected, address.Address);

        Assert.Equal(ReadStatus.Found, reader.TryReadRecord(out DnsRecord soa));
        Assert.Equal(DnsSection.Authority, soa.Section);
        Assert.Equal(ReadStatus.Found, DnsRdata.TryReadSoaMinimum(soa, out uint minimum));
        Assert.Equal(7u, minimum);

        Assert.Equal(ReadStatus.Found, reader.TryReadRecord(out DnsRecord opt));
        Assert.Equal(new Edns(1232, 0, 0, false), Edns.Of(opt));
        Assert.Equal(ReadStatus.Found, Edns.TryReadExtendedError(opt.Rdata, out ushort error, out ReadOnlySpan<byte> text));
        Assert.Equal((Edns.Blocked, "rule deny-all; denial abcd2345"), (error, Encoding.UTF8.GetString(text)));
        Assert.Equal(ReadStatus.NeedMore, Edns.TryFindOption(opt.Rdata, 10, out _));
        Assert.False(reader.HasRecord);
        Assert.Equal(0, reader.BytesLeft);
        Assert.Equal(ReadStatus.Malformed, reader.TryReadRecord(out _));
    }

    [Fact]
    public void No_truncation_of_a_message_is_whole()
    {
        byte[] message = Sample();
        for (int i = 0; i < message.Length; i++) Assert.NotEqual(ReadStatus.Found, ReadAll(message.AsSpan(0, i)));
        Assert.Equal(ReadStatus.Found, ReadAll(message));
    }

    [Fact]
    public void No_bytes_make_the_reader_throw() => Gen.Byte.Array[0, 400].Sample(bytes => { ReadAll(bytes); });

    [Fact]
    public void No_change_of_a_valid_message_makes_the_reader_throw()
    {
        byte[] valid = Sample();
        Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, valid.Length - 1], Gen.Byte).Sample((i, x, j, y) =>
        {
            byte[] changed = [.. valid];
            (changed[i], changed[j]) = (x, y);
            ReadAll(changed);
        });
    }

    [Fact]
    public void Sixty_four_kilobytes_are_the_most()
    {
        Assert.Equal(ReadStatus.Found, DnsMessageReader.TryOpen(new byte[65535], out _));
        Assert.Equal(ReadStatus.Malformed, DnsMessageReader.TryOpen(new byte[65536], out _));
        Assert.Equal(ReadStatus.NeedMore, DnsMessageReader.TryOpen(new byte[11], out _));
    }

    [Fact]
    public void Reading_does_not_allocate()
    {
        byte[] message = Sample();
        ReadAll(message);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) ReadAll(message);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void What_does_not_fit_changes_nothing()
    {
        Span<byte> room = stackalloc byte[39];
        var writer = new DnsMessageWriter(room, 1, 0);
        Assert.True(writer.TryWriteQuestion("example.com"u8, DnsType.A));
        int length = writer.Length;
        Assert.False(writer.TryWriteRecord(DnsSection.Answer, DnsType.A, 1, [192, 0, 2, 1]));
        Assert.False(writer.TryWriteEdns(1232, 0, default));
        Assert.Equal(length, writer.Length);
        Assert.Equal(ReadStatus.Found, DnsMessageReader.TryOpen(writer.Message, out DnsMessageReader reader));
        Assert.Equal((1, 0, 0), (reader.Header.Questions, reader.Header.Answers, reader.Header.Additionals));
    }

    [Fact]
    public void A_record_of_the_wrong_length_or_of_unknown_form_is_not_copied()
    {
        Assert.Equal(ReadStatus.Malformed, Copy(DnsType.A, [192, 0, 2], out _));
        Assert.Equal(ReadStatus.Malformed, Copy(DnsType.AAAA, new byte[17], out _));
        Assert.Equal(ReadStatus.Malformed, Copy(DnsType.TXT, [5, 1, 2], out _));
        Assert.Equal(ReadStatus.Malformed, Copy((DnsType)10, [1], out _));
        Assert.Equal(ReadStatus.Malformed, Copy(DnsType.CNAME, [1, 97, 0, 0], out _));
        Assert.Equal(ReadStatus.Malformed, Copy(DnsType.CNAME, [5, 97], out _));
    }

    [Fact]
    public void Compressed_names_inside_records_are_spelled_out()
    {
        Assert.Equal(ReadStatus.Found, Copy(DnsType.MX, [0, 10, 1, (byte)'m', 0xC0, 12], out byte[] copied));
        Assert.Equal([0, 10, 1, (byte)'m', 2, .. "io"u8, 0], copied);
        Assert.Equal(ReadStatus.Found, Copy(DnsType.SOA, [0xC0, 12, 1, (byte)'h', 0xC0, 12, .. new byte[20]], out copied));
        Assert.Equal([2, .. "io"u8, 0, 1, (byte)'h', 2, .. "io"u8, 0, .. new byte[20]], copied);
    }

    private static ReadStatus Copy(DnsType type, byte[] rdata, out byte[] copied)
    {
        Span<byte> room = stackalloc byte[512];
        var writer = new DnsMessageWriter(room, 1, DnsHeader.Response);
        Assert.True(writer.TryWriteQuestion("io"u8, type));
        Assert.True(writer.TryWriteRecord(DnsSection.Answer, type, 1, rdata));
        Assert.Equal(ReadStatus.Found, DnsMessageReader.TryOpen(writer.Message, out DnsMessageReader reader));
        Assert.Equal(ReadStatus.Found, reader.TryReadRecord(out DnsRecord record));
        Span<byte> destination = stackalloc byte[DnsRdata.MaxSoaBytes];
        ReadStatus status = DnsRdata.TryCopy(record, destination, out int written);
        copied = destination[..written].ToArray();
        return status;
    }

    private static ReadStatus ReadAll(ReadOnlySpan<byte> message)
    {
        Span<byte> name = stackalloc byte[CanonicalName.MaxBytes];
        Span<byte> copy = stackalloc byte[DnsRdata.MaxSoaBytes];
        ReadStatus status = DnsMessageReader.TryOpen(message, out DnsMessageReader reader);
        while (status == ReadStatus.Found && reader.HasQuestion)
        {
            status = reader.TryReadQuestion(out DnsQuestion question);
            if (status == ReadStatus.Found) question.TryReadName(name, out _);
        }
        while (status == ReadStatus.Found && reader.HasRecord)
        {
            status = reader.TryReadRecord(out DnsRecord record);
            if (status != ReadStatus.Found) break;
            record.TryReadOwner(name, out _);
            DnsRdata.TryCopy(record, copy, out _);
            Edns.TryFindOption(record.Rdata, Edns.ExtendedErrorOption, out _);
        }
        return status;
    }

    private static byte[] Sample()
    {
        Span<byte> room = stackalloc byte[512];
        Span<byte> rdata = stackalloc byte[DnsRdata.MaxSoaBytes];
        var writer = new DnsMessageWriter(room, 0x1234, DnsHeader.Response | DnsHeader.RecursionDesired | (ushort)DnsResponseCode.NameError);
        Assert.True(writer.TryWriteQuestion("www.example.com"u8, DnsType.AAAA));
        Assert.True(writer.TryWriteRecord(DnsSection.Answer, DnsType.CNAME, 60, rdata[..DnsName.Write(rdata, "cdn.example.net"u8)]));
        Assert.True(Address.TryParse("2001:db8::7", out Address address));
        Assert.True(writer.TryWriteRecord(DnsSection.Answer, "cdn.example.net"u8, DnsType.AAAA, 30, rdata[..address.WriteTo(rdata)]));
        Assert.True(writer.TryWriteRecord(DnsSection.Authority, DnsType.SOA, 7, rdata[..DnsRdata.WriteSoa(rdata, "ns.example.com"u8, "admin.example.com"u8, 1, 7)]));
        Assert.True(writer.TryWriteEdns(1232, 0, rdata[..Edns.WriteExtendedError(rdata, Edns.Blocked, "rule deny-all; denial abcd2345")]));
        return writer.Message.ToArray();
    }
}
