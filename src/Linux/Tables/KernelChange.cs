namespace Exeat.Linux;

/// <summary>One change that a <see cref="KernelWatch"/> saw.</summary>
public readonly record struct KernelChange
{
    /// <summary>What changed; several kinds only after an overrun.</summary>
    public KernelChangeKinds Kinds { get; init; }

    /// <summary>Notices were lost: anything watched may have changed.</summary>
    public bool IsOverrun { get; init; }

    /// <summary>The ruleset's new generation; ask <see cref="Nftables.HasForeignChange"/> whether somebody else made one up to it.</summary>
    public uint Generation { get; init; }

    /// <summary>The netlink port that asked for the change; 0 when the kernel did it. <see cref="PolicyRouting.PortId"/> is one's own.</summary>
    public uint PortId { get; init; }

    /// <summary>Who committed a ruleset transaction, by name.</summary>
    public string? ProcessName { get; init; }

    /// <summary>And by number, as the machine's first pid namespace counts: not comparable within a container.</summary>
    public uint ProcessId { get; init; }

    /// <summary>The number of the interface, for links and addresses.</summary>
    public int Interface { get; init; }

    /// <summary>The interface's name, for links.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>Whether something went away, for links, addresses and routing rules.</summary>
    public bool IsRemoval { get; init; }
}
