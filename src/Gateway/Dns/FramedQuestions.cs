using System.Buffers.Binary;
using Exeat.Wire;

namespace Exeat.Gateway.Dns;

/// <summary>The bytes of one connection on their way to be questions, each behind a length of two bytes (RFC 1035, 4.2.2), in whatever segments they come.</summary>
internal sealed class FramedQuestions
{
    /// <summary>No honest question is longer; who announces more is cut off.</summary>
    public const int MaxQuestionBytes = 2048;

    private const int PrefixBytes = 2;

    private readonly byte[] _room = new byte[PrefixBytes + MaxQuestionBytes];
    private int _filled;

    /// <summary>Where the next bytes go. Never empty while <see cref="Read"/> needs more.</summary>
    public Memory<byte> Free => _room.AsMemory(_filled);

    /// <summary>Bytes were put into <see cref="Free"/>.</summary>
    public void Add(int count) => _filled += count;

    /// <summary>The first question that is here; it stays the first until it is taken.</summary>
    public ReadStatus Read(out ReadOnlySpan<byte> question)
    {
        question = default;
        if (_filled < PrefixBytes) return ReadStatus.NeedMore;
        int length = BinaryPrimitives.ReadUInt16BigEndian(_room);
        if (length > MaxQuestionBytes) return ReadStatus.Malformed;
        if (_filled < PrefixBytes + length) return ReadStatus.NeedMore;
        question = _room.AsSpan(PrefixBytes, length);
        return ReadStatus.Found;
    }

    /// <summary>The first question was answered.</summary>
    public void Take()
    {
        int taken = PrefixBytes + BinaryPrimitives.ReadUInt16BigEndian(_room);
        _room.AsSpan(taken, _filled - taken).CopyTo(_room);
        _filled -= taken;
    }
}
