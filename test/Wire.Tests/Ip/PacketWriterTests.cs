using System.Buffers.Binary;
using CsCheck;
using Exeat.Names;
using Exeat.Testing;

namespace Exeat.Wire.Tests.Ip;

public sealed class PacketWriterTests
{
    private static readonly Gen<Address> V4 = Gen.UInt.Select(Address.V4);
    private static readonly Gen<Address> V6 = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => Address.V6(new UInt128(high, low)));
    private static readonly Gen<(Address From, Address To)> Ends = Gen.OneOf(Gen.Select(V4, V4), Gen.Select(V6, V6));

    [Fact]
    public void What_is_written_is_read_again_field_by_field() => Gen.Select(
        Ends, Gen.UShort, Gen.UShort, Gen.Select(Gen.UInt, Gen.UInt), Gen.Byte, Gen.Byte.Array[0, 200], Gen.Int[0, 10]).Sample(
        (ends, from, to, numbers, flags, payload, options) =>
        {
            byte[] bytes = PacketBuilder.Write(new PacketDraft
            {
                Source = ends.From,
                Destination = ends.To,
                Protocol = IpProtocol.Tcp,
                SourcePort = from,
                DestinationPort = to,
                Sequence = numbers.Item1,
                Acknowledgement = numbers.Item2,
                Flags = (TcpFlags)flags,
                TcpOptions = new byte[options * 4],
                Payload = payload,
            });
            Assert.True(PacketView.TryRead(bytes, out PacketView packet));
            Assert.Equal(ends, (packet.Source, packet.Destination));
            Assert.Equal((from, to), (packet.SourcePort, packet.DestinationPort));
            Assert.Equal(numbers, (packet.Sequence, packet.Acknowledgement));
            Assert.Equal((TcpFlags)flags, packet.Flags);
            Assert.True(packet.Payload.SequenceEqual(payload));
            AssertChecksums(bytes);
        });

    [Fact]
    public void Udp_and_icmp_of_both_families_have_right_checksums_and_are_read_again() =>
        Gen.Select(Ends, Gen.Bool, Gen.UShort, Gen.Byte.Array[0, 200]).Sample((ends, isUdp, number, payload) =>
        {
            byte[] bytes = PacketBuilder.Write(new PacketDraft
            {
                Source = ends.From,
                Destination = ends.To,
                Protocol = isUdp ? IpProtocol.Udp : ends.From.IsV6 ? IpProtocol.IcmpV6 : IpProtocol.Icmp,
                SourcePort = number,
                DestinationPort = number,
                IcmpType = (byte)number,
                IcmpCode = (byte)(number >> 8),
                Payload = payload,
            });
            Assert.True(PacketView.TryRead(bytes, out PacketView packet));
            if (isUdp) Assert.Equal((number, number), (packet.SourcePort, packet.DestinationPort));
            else Assert.Equal(((byte)number, (byte)(number >> 8)), (packet.IcmpType, packet.IcmpCode));
            Assert.True(packet.Payload.SequenceEqual(payload));
            AssertChecksums(bytes);
        });

    [Fact]
    public void Written_fragments_are_read_as_fragments() => Gen.Select(Ends, Gen.UShort[0, 100], Gen.Bool).Sample((ends, offset, more) =>
    {
        byte[] bytes = PacketBuilder.Write(new PacketDraft
        {
            Source = ends.From,
            Destination = ends.To,
            Protocol = IpProtocol.Udp,
            IsRaw = true,
            FragmentOffset = (ushort)(offset * 8),
            MoreFragments = more,
            Payload = new byte[16],
        });
        Assert.True(PacketView.TryRead(bytes, out PacketView packet) || !more && offset == 0);
        Assert.Equal(more || offset > 0, packet.IsFragment);
        if (packet.IsFragment) Assert.Equal(16, packet.PayloadLength);
    });

    [Fact]
    public void Drafts_that_cannot_be_packets_write_nothing()
    {
        byte[] room = new byte[200];
        Address v4 = Address.V4(1);
        Address v6 = Address.V6(1);
        Assert.Equal(0, PacketWriter.Write(new PacketDraft { Source = v4, Destination = v6, Protocol = 6 }, room));
        Assert.Equal(0, PacketWriter.Write(new PacketDraft { Source = default, Destination = default, Protocol = 6 }, room));
        Assert.Equal(0, PacketWriter.Write(new PacketDraft { Source = v4, Destination = v4, Protocol = 6 }, room.AsSpan(0, 39)));
        Assert.Equal(0, PacketWriter.Write(new PacketDraft { Source = v4, Destination = v4, Protocol = 6, TcpOptions = [1] }, room));
        Assert.Equal(0, PacketWriter.Write(new PacketDraft { Source = v4, Destination = v4, Protocol = 6, IpOptions = new byte[44] }, room));
        Assert.Equal(40, PacketWriter.Write(new PacketDraft { Source = v4, Destination = v4, Protocol = 6 }, room));
    }

    [Theory]
    [MemberData(nameof(Families.Both), MemberType = typeof(Families))]
    public void A_reset_is_a_bare_header_with_the_numbers_given(string agent, string server)
    {
        byte[] room = new byte[TcpPackets.MaxResetBytes];
        int length = TcpPackets.WriteReset(room, PacketBuilder.At(server), PacketBuilder.At(agent), 443, 40000, seq: 5, ack: 9, withAck: true);
        Assert.True(PacketView.TryRead(room.AsSpan(0, length), out PacketView packet));
        Assert.Equal((TcpFlags.Rst | TcpFlags.Ack, 5u, 9u, 0), (packet.Flags, packet.Sequence, packet.Acknowledgement, packet.PayloadLength));
        Assert.Equal((443, 40000), (packet.SourcePort, packet.DestinationPort));
        AssertChecksums(room[..length]);

        length = TcpPackets.WriteReset(room, PacketBuilder.At(server), PacketBuilder.At(agent), 443, 40000, seq: 5, ack: 9, withAck: false);
        Assert.True(PacketView.TryRead(room.AsSpan(0, length), out packet));
        Assert.Equal((TcpFlags.Rst, 5u, 0u), (packet.Flags, packet.Sequence, packet.Acknowledgement));
    }

    [Fact]
    public void The_checksum_is_that_of_rfc_1071()
    {
        // The example of RFC 1071, 3: the sum is ddf2.
        Assert.Equal(unchecked((ushort)~0xddf2), Checksum.Finish(Checksum.Add(0, [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7])));
        Assert.Equal(unchecked((ushort)~0x0100), Checksum.Finish(Checksum.Add(0, [0x01])));
    }

    // Verified the slow way, two bytes at a time, so that the fast sum has a witness.
    private static void AssertChecksums(byte[] packet)
    {
        bool v4 = packet[0] >> 4 == 4;
        int header = v4 ? 20 : 40;
        byte protocol = packet[v4 ? 9 : 6];
        if (v4) Assert.Equal(0xffff, Sum(packet[..header]));
        byte[] transport = packet[header..];
        byte[] pseudo = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(pseudo, (ushort)transport.Length);
        pseudo[3] = protocol;
        byte[] covered = protocol == IpProtocol.Icmp ? transport : [.. packet[(v4 ? 12 : 8)..header], .. pseudo, .. transport];
        Assert.Equal(0xffff, Sum(covered));
    }

    private static int Sum(byte[] bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += bytes[i] << 8 | (i + 1 < bytes.Length ? bytes[i + 1] : 0);
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }
}
