using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Exeat.Linux.Native;

namespace Exeat.Linux.Tests;

/// <summary>Structures shared with the kernel have its sizes and offsets (64-bit).</summary>
public sealed class LayoutTests
{
    [Fact]
    public void Structures_have_the_sizes_of_the_kernels_headers()
    {
        Assert.Equal(16, Unsafe.SizeOf<IoVector>());
        Assert.Equal(56, Unsafe.SizeOf<MessageHeader>());
        Assert.Equal(64, Unsafe.SizeOf<ManyMessageHeader>());
        Assert.Equal(8, Unsafe.SizeOf<PollEntry>());
        Assert.Equal(12, Unsafe.SizeOf<NetlinkAddress>());
        Assert.Equal(20, Unsafe.SizeOf<PacketAddress>());
    }

    [Theory]
    [InlineData(nameof(MessageHeader.NameLength), 8)]
    [InlineData(nameof(MessageHeader.Vectors), 16)]
    [InlineData(nameof(MessageHeader.VectorCount), 24)]
    [InlineData(nameof(MessageHeader.Control), 32)]
    [InlineData(nameof(MessageHeader.ControlLength), 40)]
    [InlineData(nameof(MessageHeader.Flags), 48)]
    public void The_fields_of_msghdr_lie_where_the_kernel_reads_them(string field, int offset) =>
        Assert.Equal(offset, (int)Marshal.OffsetOf<MessageHeader>(field));

    [Fact]
    public void The_received_length_follows_the_message_header() =>
        Assert.Equal(56, (int)Marshal.OffsetOf<ManyMessageHeader>(nameof(ManyMessageHeader.Length)));
}
