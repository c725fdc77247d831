using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Exeat.Wire;

/// <summary>Writes Initial packets and the CRYPTO frames in them: for tests and attack tools.</summary>
public static class QuicInitialWriter
{
    private const int NumberBytes = 4;
    private const int TagBytes = 16;

    /// <summary>Writes a CRYPTO frame (RFC 9000, 19.6).</summary>
    public static byte[] Crypto(ulong offset, ReadOnlySpan<byte> data)
    {
        byte[] frame = new byte[17 + data.Length];
        frame[0] = 6;
        int at = 1 + QuicNumber.Write(offset, frame.AsSpan(1));
        at += QuicNumber.Write((ulong)data.Length, frame.AsSpan(at));
        data.CopyTo(frame.AsSpan(at));
        return frame[..(at + data.Length)];
    }

    /// <summary>Writes the packet, protected.</summary>
    public static byte[] Write(scoped in QuicInitialDraft draft)
    {
        int fixedBytes = 1 + 4 + 1 + draft.Destination.Length + 1 + draft.Source.Length + QuicNumber.Bytes((ulong)draft.Token.Length) + draft.Token.Length + 2 + NumberBytes + TagBytes;
        // RFC 9001, 5.4.2: enough behind the number for a sample.
        int payload = Math.Max(Math.Max(draft.Frames.Length, 4), draft.PadTo - fixedBytes);
        byte[] packet = new byte[fixedBytes + payload];
        packet[0] = QuicVersion.InitialFirstByte(draft.Version, NumberBytes);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(1), draft.Version);
        int at = 5;
        Append(packet, ref at, draft.Destination);
        Append(packet, ref at, draft.Source);
        at += QuicNumber.Write((ulong)draft.Token.Length, packet.AsSpan(at));
        draft.Token.CopyTo(packet.AsSpan(at));
        at += draft.Token.Length;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(at), (ushort)(0x4000 | NumberBytes + payload + TagBytes));
        int number = at + 2, body = number + NumberBytes;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(number), draft.Number);
        Span<byte> plain = new byte[payload];
        draft.Frames.CopyTo(plain);
        var keys = new QuicKeys(draft.Version, draft.KeyId.IsEmpty ? draft.Destination : draft.KeyId, draft.OfServer, stackalloc byte[QuicKeys.Bytes]);
        Span<byte> nonce = stackalloc byte[12], mask = stackalloc byte[16];
        keys.WriteNonce(draft.Number, nonce);
        using (var gcm = new AesGcm(keys.Key, TagBytes))
            gcm.Encrypt(nonce, plain, packet.AsSpan(body, payload), packet.AsSpan(body + payload, TagBytes), packet.AsSpan(0, body));
        using var aes = Aes.Create();
        aes.SetKey(keys.HeaderProtection);
        aes.EncryptEcb(packet.AsSpan(number + 4, 16), mask, PaddingMode.None);
        packet[0] ^= (byte)(mask[0] & 0x0f);
        for (int i = 0; i < NumberBytes; i++) packet[number + i] ^= mask[1 + i];
        return packet;
    }

    private static void Append(byte[] packet, ref int at, ReadOnlySpan<byte> id)
    {
        packet[at++] = (byte)id.Length;
        id.CopyTo(packet.AsSpan(at));
        at += id.Length;
    }
}
