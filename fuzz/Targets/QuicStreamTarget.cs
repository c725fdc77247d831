using System.Buffers.Binary;
using Exeat.Names;
using Exeat.Wire;

namespace Exeat.Fuzz.Targets;

/// <summary>CRYPTO frames of several datagrams put together. The input is a list of frames, each as offset (2 bytes), length (2 bytes) and data: the cipher would keep mutations out.</summary>
internal sealed class QuicStreamTarget : IFuzzTarget
{
    private const int Cap = 4096;
    private readonly byte[] _name = new byte[CanonicalName.MaxBytes];

    public string Name => "quic-stream";

    public IReadOnlyList<byte[]> Words => Dictionaries.Tls;

    public void Run(ReadOnlySpan<byte> input)
    {
        var stream = new QuicCryptoStream(Cap);
        byte[] before = [];
        ReadStatus last = ReadStatus.NeedMore;
        while (input.Length >= 4)
        {
            int offset = BinaryPrimitives.ReadUInt16BigEndian(input), length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input[2..]), input.Length - 4);
            int room = stream.RoomFor((ulong)offset, length);
            if (room > stream.Capacity)
            {
                // Used before, and no longer than it has to be.
                byte[] used = new byte[room];
                Array.Fill(used, (byte)0xff);
                stream.Change(used);
            }
            QuicCryptoAddition addition = stream.Add((ulong)offset, input.Slice(4, length));
            input = input[(4 + length)..];
            Promise.Holds(offset + length <= Cap || addition == QuicCryptoAddition.TooLong, "nothing is kept beyond the cap");
            if (addition == QuicCryptoAddition.Conflict) return;
            Promise.Holds(stream.Contiguous.StartsWith(before), "what was here stays as it was");
            before = stream.Contiguous.ToArray();
            ReadStatus now = QuicClientHello.Read(stream.Contiguous, _name, out ClientHelloView hello);
            Promise.Holds(last == ReadStatus.NeedMore || now == last, "more bytes never turn an answer");
            Promise.Holds(hello.HelloBytes <= stream.ContiguousBytes && hello.NameLength <= CanonicalName.MaxBytes, "lengths within their buffers");
            last = now;
        }
    }
}
