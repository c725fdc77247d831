using Exeat.Linux;
using Exeat.Linux.Netlink;

namespace Exeat.Fuzz.Targets;

/// <summary>Datagrams of the kernel's: queued packets, connections, ruleset and link notices. The kernel is not hostile, yet what it copies from packets is.</summary>
internal sealed class NetlinkTarget : IFuzzTarget
{
    public string Name => "netlink";

    public IReadOnlyList<byte[]> Words => Dictionaries.Netlink;

    public void Run(ReadOnlySpan<byte> input)
    {
        var datagram = new NetlinkReader(input);
        int messages = 0;
        while (datagram.TryNext(out NetlinkMessage message))
        {
            Promise.Holds(++messages <= input.Length / NetlinkMessage.HeaderBytes, "every message takes bytes");
            if (PacketSlot.TryRead(input, message, 0, out PacketSlot slot))
            {
                Promise.Holds(slot.PayloadStart >= 0 && slot.PayloadStart + slot.PayloadLength <= input.Length, "the packet lies within its buffer");
                Promise.Holds(slot.HardwareStart >= 0 && slot.HardwareStart + slot.HardwareLength <= input.Length, "the hardware address lies within its buffer");
            }
            ConntrackReader.TryRead(message, isDump: false, out _);
            ConntrackReader.TryRead(message, isDump: true, out _);
            KernelChangeReader.TryReadRuleset(message, out _);
            KernelChangeReader.TryReadRoute(message, out _);
            LinkMessages.TryReadLink(message, out _);
            LinkMessages.TryReadAddress(message, out _);
            LinkMessages.TryReadDiscipline(message, out _, out _);
            RuleMessages.TryRead(message, out _);
            NftGeneration.TryRead(message, out _);
            ChecksumRuleReader.TryRead(message, out _);
            _ = (ChecksumRuleReader.IsAwakeTable(message), ChecksumRuleReader.IsHookedChain(message));
            _ = (message.Error, message.Family, message.Sequence);
        }
    }
}
