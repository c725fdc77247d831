using System.Buffers.Binary;
using Exeat.Gateway.Dns;
using Exeat.Names;
using Exeat.Wire;
using Exeat.Wire.Dns;

namespace Exeat.Fuzz.Targets;

/// <summary>An agent's packet to the resolver, and the replies to it: every reply can be read, and has the agent's id and question.</summary>
internal sealed class DnsQuestionTarget : IFuzzTarget
{
    private readonly byte[] _room = new byte[4096];
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];

    public string Name => "dns-question";

    public IReadOnlyList<byte[]> Words => Dictionaries.Dns;

    public void Run(ReadOnlySpan<byte> input)
    {
        QuestionProblem problem = QuestionReader.Read(input, out AgentQuestion? question);
        Promise.Holds(problem != QuestionProblem.None || question is not null, "what can be answered has a question");
        int bare = ReplyWriter.WriteError(_room, input, DnsResponseCode.Refused);
        Promise.Holds(bare is 0 or DnsHeader.Bytes, "an error without a question is a header");
        if (question is null) return;
        Promise.Holds(question.UdpBytes is >= 512 and <= ushort.MaxValue, "the room for an answer is that of DNS");
        if (question.Name is { } name) Promise.Holds(CanonicalName.TryWrite(name.Bytes, _name, out int again) == NameProblem.None && _name.AsSpan(0, again).SequenceEqual(name.Bytes), "the name is canonical");
        byte[] address = new byte[16];
        Check(input, question, new Reply { Code = DnsResponseCode.NameError, WithSoa = true, TtlSeconds = 1, Error = Edns.Blocked, ErrorText = "rule default-deny; denial 4f6r-9kc2" }, 1232);
        Check(input, question, new Reply { Records = [.. Enumerable.Repeat(address, 40)], TtlSeconds = 60 }, 512);
        Check(input, question, default, 12);
    }

    private void Check(ReadOnlySpan<byte> input, AgentQuestion question, in Reply reply, int room)
    {
        int length = ReplyWriter.Write(_room.AsSpan(0, room), question, reply, 1232);
        Promise.Holds(length <= room, "a reply fits its room");
        if (length == 0) return;
        Promise.Holds(DnsMessageReader.TryOpen(_room.AsSpan(0, length), out DnsMessageReader reader) == ReadStatus.Found && reader.Header.IsResponse, "a reply is a response");
        Promise.Holds(reader.Header.Id == BinaryPrimitives.ReadUInt16BigEndian(input), "a reply has the id of its question");
        Promise.Holds(reader.TryReadQuestion(out DnsQuestion echoed) == ReadStatus.Found && echoed.Bytes.SequenceEqual(question.Bytes), "a reply has its question");
        while (reader.HasRecord)
        {
            if (reader.TryReadRecord(out _) == ReadStatus.Found) continue;
            Promise.Holds(false, "every record of a reply can be read");
            return;
        }
        Promise.Holds(reader.BytesLeft == 0, "nothing stands behind a reply");
    }
}
