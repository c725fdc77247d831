using Exeat.Testing;

namespace Exeat.Wire.Tests.Differential;

/// <summary>IP, TCP, UDP and ICMP headers with options and extension chains, built and changed at random: what we read, tshark reads too.</summary>
public sealed class PacketDifferentialTests
{
    private const int Built = 1500;
    private const int Changed = 5000;

    [Fact]
    public void Headers_that_we_read_are_those_that_tshark_reads()
    {
        var random = new Random(2);
        List<byte[]> packets = [.. Enumerable.Range(0, Built).Select(_ => Build(random))];
        for (int i = 0; i < Changed; i++) packets.Add(ChangeHeader(packets[random.Next(Built)], random));
        IReadOnlyList<string[][]> read = Tshark.Read(packets,
            "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.len",
            "udp.srcport", "udp.dstport", "udp.length", "icmp.type", "icmpv6.type");

        var differences = new List<string>();
        int tcp = 0, udp = 0, icmp = 0;
        for (int i = 0; i < packets.Count; i++)
        {
            // Of a packet that is cut off tshark tells what is there, we tell what IP states.
            if (!PacketView.TryRead(packets[i], out PacketView view) || view.IsFragment || view.IsTruncated) continue;
            // Known difference: tshark stops at an option that it cannot read. We do not look into options: whoever sends some is refused (K2).
            if (view.HasOptions && read[i].Skip(4).All(values => values.Length == 0)) continue;
            string First(int field) => read[i][field] is [string value, ..] ? value : "";
            bool v4 = view.Source.IsV4;
            bool same = First(v4 ? 0 : 2) == view.Source.ToString() && First(v4 ? 1 : 3) == view.Destination.ToString();
            switch (view.Protocol)
            {
                case IpProtocol.Tcp:
                    tcp++;
                    same &= First(4) == $"{view.SourcePort}" && First(5) == $"{view.DestinationPort}" && First(6) == $"{view.Sequence}" && First(7) == $"{view.Acknowledgement}";
                    // The four upper bits of the flags are outside of ours: reserved ones, and NS.
                    same &= First(9) == $"{view.PayloadLength}" && Convert.ToInt32(First(8), 16) % 256 == (int)view.Flags;
                    break;
                case IpProtocol.Udp:
                    udp++;
                    same &= First(10) == $"{view.SourcePort}" && First(11) == $"{view.DestinationPort}" && First(12) == $"{view.PayloadLength + 8}";
                    break;
                case IpProtocol.Icmp when v4:
                    icmp++;
                    same &= First(13) == $"{view.IcmpType}";
                    break;
                case IpProtocol.IcmpV6 when !v4:
                    icmp++;
                    same &= First(14) == $"{view.IcmpType}";
                    break;
            }
            if (!same) differences.Add($"{i}: {view.Source}:{view.SourcePort} → {view.Destination}:{view.DestinationPort} {view.Protocol} {view.Flags} {view.PayloadLength}; tshark {string.Join(' ', read[i].Select(v => string.Join(',', v)))}: {Convert.ToHexString(packets[i].AsSpan(0, Math.Min(100, packets[i].Length)))}");
        }
        Assert.True(differences.Count == 0, $"{differences.Count} differences\n{string.Join('\n', differences.Take(20))}");
        Assert.True(tcp > 1000 && udp > 300 && icmp > 300, $"{tcp} TCP, {udp} UDP, {icmp} ICMP");
    }

    private static byte[] Build(Random random)
    {
        bool v6 = random.Next(2) == 0;
        byte[] payload = new byte[random.Next(200)];
        byte protocol = random.Next(4) switch { 0 => IpProtocol.Udp, 1 => v6 ? IpProtocol.IcmpV6 : IpProtocol.Icmp, _ => IpProtocol.Tcp };
        byte[] chain = [];
        byte first = 0;
        if (v6 && random.Next(3) == 0)
        {
            // Destination options, then once in a while a second header of the same kind.
            chain = [protocol, 0, 1, 4, 0, 0, 0, 0];
            first = IpProtocol.DestinationOptions;
            if (random.Next(2) == 0) (chain, first) = ([IpProtocol.DestinationOptions, 0, 1, 4, 0, 0, 0, 0, .. chain], IpProtocol.HopByHop);
        }
        else if (!v6 && random.Next(3) == 0)
        {
            chain = random.Next(2) == 0 ? [1, 1, 1, 0] : [0x94, 4, 0, 0, 1, 1, 1, 0];
        }
        return PacketBuilder.Write(new PacketDraft
        {
            Source = PacketBuilder.At(v6 ? $"2001:db8::{random.Next(1, 999)}" : $"192.0.2.{random.Next(1, 255)}"),
            Destination = PacketBuilder.At(v6 ? $"2001:db8:1::{random.Next(1, 999)}" : $"198.51.100.{random.Next(1, 255)}"),
            Protocol = protocol,
            SourcePort = (ushort)random.Next(20000, 40000),
            // Ports that nothing is registered for, so that tshark looks no further.
            DestinationPort = (ushort)random.Next(50000, 60000),
            Sequence = (uint)random.NextInt64(uint.MaxValue),
            Acknowledgement = (uint)random.NextInt64(uint.MaxValue),
            Flags = (TcpFlags)random.Next(256),
            TcpOptions = random.Next(3) switch { 0 => [2, 4, 5, 0xb4], 1 => [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], _ => [] },
            IpOptions = chain,
            ExtensionHeader = first,
            IcmpType = v6 ? (byte)random.Next(128, 130) : (byte)(random.Next(2) * 8),
            Payload = payload,
        });
    }

    // Within the headers: what lies behind means nothing to either.
    private static byte[] ChangeHeader(byte[] packet, Random random)
    {
        byte[] changed = [.. packet];
        for (int changes = 1 + random.Next(2); changes > 0; changes--) changed[random.Next(Math.Min(changed.Length, 64))] ^= (byte)(1 << random.Next(8));
        return changed;
    }
}
