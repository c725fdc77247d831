using System.Buffers.Binary;

namespace Exeat.Wire.Dns;

/// <summary>Reads an untrusted message from head to tail (RFC 1035, 4). Nothing throws or allocates; NeedMore says that the bytes end inside what they declare.</summary>
public ref struct DnsMessageReader
{
    /// <summary>The longest message, as the prefix of DNS over TCP allows (RFC 1035, 4.2.2).</summary>
    public const int MaxBytes = ushort.MaxValue;

    private readonly ReadOnlySpan<byte> _message;
    private int _offset;
    private int _questionsLeft;
    private int _record;

    private DnsMessageReader(ReadOnlySpan<byte> message)
    {
        _message = message;
        _offset = DnsHeader.Bytes;
        Header = DnsHeader.Read(message);
        _questionsLeft = Header.Questions;
    }

    /// <summary>The head of the message.</summary>
    public DnsHeader Header { get; }

    /// <summary>Whether a declared question is still unread.</summary>
    public readonly bool HasQuestion => _questionsLeft > 0;

    /// <summary>Whether a declared record is still unread.</summary>
    public readonly bool HasRecord => _record < Header.Answers + Header.Authorities + Header.Additionals;

    /// <summary>Bytes not read yet; after the last record these are bytes that nobody declared.</summary>
    public readonly int BytesLeft => _message.Length - _offset;

    /// <summary>Reads the header.</summary>
    public static ReadStatus TryOpen(ReadOnlySpan<byte> message, out DnsMessageReader reader)
    {
        reader = default;
        if (message.Length < DnsHeader.Bytes) return ReadStatus.NeedMore;
        if (message.Length > MaxBytes) return ReadStatus.Malformed;
        reader = new DnsMessageReader(message);
        return ReadStatus.Found;
    }

    /// <summary>Reads the next question.</summary>
    public ReadStatus TryReadQuestion(out DnsQuestion question)
    {
        question = default;
        if (_questionsLeft == 0) return ReadStatus.Malformed;
        ReadStatus status = DnsName.TrySkip(_message, _offset, out int end);
        if (status != ReadStatus.Found) return status;
        if (end + 4 > _message.Length) return ReadStatus.NeedMore;
        var type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(_message[end..]);
        ushort class_ = BinaryPrimitives.ReadUInt16BigEndian(_message[(end + 2)..]);
        question = new DnsQuestion(_message, _offset, end + 4 - _offset, type, class_);
        _offset = end + 4;
        _questionsLeft--;
        return ReadStatus.Found;
    }

    /// <summary>Reads the next record of any section; unread questions are passed over.</summary>
    public ReadStatus TryReadRecord(out DnsRecord record)
    {
        record = default;
        while (_questionsLeft > 0)
        {
            ReadStatus question = TryReadQuestion(out _);
            if (question != ReadStatus.Found) return question;
        }
        if (!HasRecord) return ReadStatus.Malformed;
        ReadStatus status = DnsName.TrySkip(_message, _offset, out int end);
        if (status != ReadStatus.Found) return status;
        if (end + 10 > _message.Length) return ReadStatus.NeedMore;
        ReadOnlySpan<byte> fixedPart = _message.Slice(end, 10);
        int length = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[8..]);
        if (end + 10 + length > _message.Length) return ReadStatus.NeedMore;
        record = new DnsRecord(
            _message, _offset, end + 10, length, SectionOf(_record),
            (DnsType)BinaryPrimitives.ReadUInt16BigEndian(fixedPart),
            BinaryPrimitives.ReadUInt16BigEndian(fixedPart[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(fixedPart[4..]));
        _offset = end + 10 + length;
        _record++;
        return ReadStatus.Found;
    }

    private readonly DnsSection SectionOf(int record)
    {
        if (record < Header.Answers) return DnsSection.Answer;
        return record < Header.Answers + Header.Authorities ? DnsSection.Authority : DnsSection.Additional;
    }
}
