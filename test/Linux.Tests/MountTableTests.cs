namespace Exeat.Linux.Tests;

public sealed class MountTableTests
{
    [Fact]
    public void Places_are_read_with_their_escapes()
    {
        const string Text = "36 35 98:0 / /a\\040b\\134c\\011d rw,noatime master:1 - ext3 /dev/root rw\n37 36 0:5 /x /\xc3\xa9 ro - tmpfs t ro\n38 36 0:5 / /old//deleted ro - tmpfs t ro\n\n";
        Assert.Equal(["/a b\\c\td", "/old//deleted", "/é"], MountTable.Places(Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_wait_ends_when_it_is_called_off()
    {
        using MountTable mounts = MountTable.TryOpen(Environment.ProcessId)!;
        Assert.Contains("/proc", mounts.Read());
        mounts.Wake();
        Assert.False(mounts.WaitForChange());
        Assert.Null(MountTable.TryOpen(int.MaxValue));
    }
}
