namespace Exeat.Linux;

/// <summary>Settings of a <see cref="PacketQueue"/>.</summary>
public sealed record PacketQueueOptions
{
    /// <summary>How many bytes of each packet are copied to user space. Segments merged by GSO reach 64 KiB.</summary>
    public int CopyRange { get; init; } = 65535;

    /// <summary>How many packets may wait for a verdict; the kernel drops further ones (and never lets them pass). The kernel's own default is 1024.</summary>
    public int MaxLength { get; init; } = 4096;

    /// <summary>The socket's receive buffer; without privilege the kernel gives less (net.core.rmem_max).</summary>
    public int ReceiveBufferBytes { get; init; } = 8 * 1024 * 1024;
}
