using Exeat.Testing;

namespace Exeat.Wire.Tests.Tls;

public sealed class ZeroRttTests
{
    private static readonly byte[] Cipher = [20, 3, 3, 0, 1, 1];
    private static readonly byte[] Data = [23, 3, 3, 0, 4, 1, 2, 3, 4];

    [Fact]
    public void Records_of_application_data_may_come_behind_a_hello_in_any_number_and_cut_anywhere()
    {
        byte[] bytes = [.. Cipher, .. Data, .. Data];
        for (int length = 0; length <= bytes.Length; length++) Assert.True(ZeroRtt.IsAll(bytes.AsSpan(0, length)));
        Assert.True(ZeroRtt.IsAll(Data));
    }

    [Fact]
    public void Nothing_else_may()
    {
        byte[] hello = HelloBuilder.For("evil.example").Build();
        Assert.False(ZeroRtt.IsAll(hello));
        Assert.False(ZeroRtt.IsAll([.. Cipher, .. hello]));
        Assert.False(ZeroRtt.IsAll([.. Data, .. hello]));
        Assert.False(ZeroRtt.IsAll([.. Cipher, .. Cipher]));
        Assert.False(ZeroRtt.IsAll([.. Data, .. Cipher]));
        Assert.False(ZeroRtt.IsAll([21, 3, 3, 0, 2, 1, 0]));
        Assert.False(ZeroRtt.IsAll([23, 3, 3, 0, 0, .. Data]));
        Assert.False(ZeroRtt.IsAll([23, 3, 3, 0xff, 0xff]));
        Assert.False(ZeroRtt.IsAll([23, 2, 3, 0, 1, 0]));
    }
}
