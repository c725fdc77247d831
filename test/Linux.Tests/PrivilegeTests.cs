namespace Exeat.Linux.Tests;

/// <summary>What /proc says of a process that gave its rights up, and of one that did not.</summary>
public sealed class PrivilegeTests
{
    // Bits 12 and 13: CAP_NET_ADMIN and CAP_NET_RAW.
    private const ulong Kept = 0x3000;

    [Theory]
    [InlineData("0000000000003000", "0000000000003000", "0000000000003000", 1, 900, true)]
    [InlineData("0000000000003000", "0000000000003000", "000001ffffffffff", 1, 900, true)]
    [InlineData("0000000000000000", "0000000000000000", "0000000000000000", 1, 900, true)]
    [InlineData("0000000000003000", "0000000000003000", "0000000000003000", 0, 900, false)]
    [InlineData("0000000000003000", "0000000000003000", "0000000000003000", 1, 0, false)]
    [InlineData("0000000000003001", "0000000000003000", "0000000000003000", 1, 900, false)]
    [InlineData("000001ffffffffff", "000001ffffffffff", "000001ffffffffff", 1, 900, false)]
    [InlineData("000001ffffffffff", "0000000000000000", "000001ffffffffff", 1, 900, false)]
    public void A_process_has_little_enough_or_has_not(string permitted, string effective, string bounding, int noNew, int user, bool reached)
    {
        string status = $"Name:\tx\nUid:\t{user}\t{user}\t{user}\t{user}\nCapInh:\t0000000000000000\nCapPrm:\t{permitted}\nCapEff:\t{effective}\nCapBnd:\t{bounding}\nNoNewPrivs:\t{noNew}\n";
        Assert.Equal(reached, LeastPrivilege.IsReached(status, Kept, 900));
    }

    [Fact]
    public void The_kept_capabilities_have_the_kernels_numbers() => Assert.Equal(Kept, Capabilities.Mask(["CAP_NET_ADMIN", "CAP_NET_RAW"]));

    [Theory]
    [InlineData("exeat", 900u, 901u)]
    [InlineData("900", 900u, 901u)]
    [InlineData("root", 0u, 0u)]
    [InlineData("nobody-here", null, null)]
    [InlineData("broken", null, null)]
    public void A_user_is_found_by_name_or_number(string user, uint? id, uint? group)
    {
        string[] lines = ["root:x:0:0:root:/root:/bin/bash", "# a comment", "broken:x:-1:1::", "short:x", "exeat:x:900:901::/var/lib/exeat:/usr/sbin/nologin"];
        Account? found = Account.Find(user, lines);
        Assert.Equal((id, group), (found?.User, found?.Group));
    }

    [Theory]
    [InlineData(1000u, "/home/kim")]
    [InlineData(0u, "/root")]
    [InlineData(7u, null)]
    [InlineData(8u, null)]
    public void The_home_folder_of_a_user_is_the_one_that_the_file_states(uint user, string? home) =>
        Assert.Equal(home, Account.HomeOf(user, ["root:x:0:0:root:/root:/bin/bash", "kim:x:1000:1000::/home/kim:/bin/sh", "none:x:8:8:::/bin/sh", "broken:x:7"]));
}
