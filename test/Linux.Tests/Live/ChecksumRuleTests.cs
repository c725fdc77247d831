using Exeat.Linux.Netlink;

namespace Exeat.Linux.Tests.Live;

public sealed class ChecksumRuleTests
{
    // Acknowledgements of so many rules do not fit into a socket's buffer (about 130 do), nor the rules into that of what is sent (about 500).
    private static readonly string[] Many = [.. Enumerable.Range(0, 600).Select(i => $"inside-{i}")];

    [Fact]
    public void The_checksum_rules_lie_beside_what_others_have_in_their_table()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules("table ip mangle { chain PREROUTING { type filter hook prerouting priority mangle; accept ; } ; }");
        Assert.True(NamespaceThread.Run(world.Middle, ChecksumRule.Probe));
        Assert.DoesNotContain("exeat", nftables.Run("list ruleset"));
        ChecksumRule.Install(nftables, ["m0"]);
        string first = nftables.Run("list ruleset");
        Assert.Equal(2, first.Split("CHECKSUM").Length - 1);
        ChecksumRule.Install(nftables, ["m0"]);
        Assert.Equal(first, nftables.Run("list ruleset"));
        ChecksumRule.Install(nftables, ["m0", "m1"]);
        Assert.All((string[])["ip", "ip6"], family => Assert.Equal(2, nftables.Run($"list chain {family} mangle exeat_inside").Split("CHECKSUM").Length - 1));
        ChecksumRule.Remove(nftables);
        Assert.Equal("table ip mangle", Assert.Single(nftables.Run("list tables").Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("chain PREROUTING", nftables.Run("list ruleset"));
        ChecksumRule.Remove(nftables);
    }

    [Fact]
    public void Hundreds_of_inside_interfaces_have_their_rules_in_one_transaction()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Open(world.Middle, () => new Nftables());
        ChecksumRule.Install(nftables, ["m0"]);
        KernelWatch watch = world.Open(world.Middle, () => new KernelWatch(KernelChangeKinds.Ruleset));
        ChecksumRule.Install(nftables, Many);
        foreach (string family in (string[])["ip", "ip6"])
        {
            string chain = nftables.Run($"list chain {family} mangle exeat_inside");
            Assert.Equal(Many.Length, chain.Split("CHECKSUM").Length - 1);
            Assert.All(Many, name => Assert.Contains($"\"{name}\"", chain));
        }
        // The chains were there; all rules of both families are one.
        int transactions = 0;
        for (int i = 0; i < 100; i++)
            if (watch.TryWait(20, out _)) transactions++;
        Assert.Equal(1, transactions);
        // Nothing of it is left for whoever asks next.
        Assert.Equal(QueueRule.Probe(), NamespaceThread.Run(world.Middle, QueueRule.Probe));
        ChecksumRule.Install(nftables, ["m0"]);
    }

    [Fact]
    public void As_many_refusals_are_one_and_leave_nothing_behind()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Open(world.Middle, () => new Nftables());
        ChecksumRule.Install(nftables, ["m0"]);
        string before = nftables.Run("list ruleset");
        Errno refused = nftables.Transact("rules for a chain that is missing", socket =>
        {
            NetlinkWriter writer = new(new byte[1024 + (512 * Many.Length)]);
            NftMessages.BeginBatch(ref writer, socket.NextSequence());
            foreach (byte family in (byte[])[NftMessages.NFPROTO_IPV4, NftMessages.NFPROTO_IPV6])
                foreach (string name in Many) NftMessages.AddXtablesChecksumRule(ref writer, socket.NextSequence(), family, "mangle", "absent", name);
            NftMessages.EndBatch(ref writer, socket.NextSequence());
            Errno sent = socket.Send(writer.Written);
            return sent != Errno.None ? sent : socket.FirstError();
        });
        Assert.Equal(Errno.ENOENT, refused);
        Assert.Equal(before, nftables.Run("list ruleset"));
        ChecksumRule.Install(nftables, ["m0"]);
    }

    [Fact]
    public void A_table_that_was_there_before_stays_though_nothing_is_in_it()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules("table ip mangle { }");
        ChecksumRule.Install(nftables, ["m0"]);
        ChecksumRule.Remove(nftables);
        Assert.Equal("table ip mangle", Assert.Single(nftables.Run("list tables").Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        ChecksumRule.Remove(nftables);
        Assert.Contains("table ip mangle", nftables.Run("list tables"));
    }

    [Fact]
    public void A_table_that_we_made_stays_while_somebody_else_has_something_in_it()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Open(world.Middle, () => new Nftables());
        ChecksumRule.Install(nftables, ["m0"]);
        nftables.Apply("add set ip6 mangle theirs { type ipv6_addr; }");
        ChecksumRule.Remove(nftables);
        Assert.Equal("table ip6 mangle", Assert.Single(nftables.Run("list tables").Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("set theirs", nftables.Run("list ruleset"));
        nftables.Apply("delete set ip6 mangle theirs");
        ChecksumRule.Remove(nftables);
        Assert.Equal("", nftables.Run("list ruleset"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("flush chain FAMILY mangle exeat_inside", false)]
    [InlineData("delete table FAMILY mangle", false)]
    [InlineData("insert rule FAMILY mangle exeat_inside accept", false)]
    [InlineData("flush chain FAMILY mangle exeat_inside; delete chain FAMILY mangle exeat_inside; add chain FAMILY mangle exeat_inside", false)]
    [InlineData("add table FAMILY mangle { flags dormant; }", false)]
    [InlineData("add chain FAMILY mangle theirs", true)]
    public void What_is_missing_of_it_is_seen(string? change, bool isThere)
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Open(world.Middle, () => new Nftables());
        foreach (string family in (string[])["ip", "ip6"])
        {
            Assert.False(ChecksumRule.IsInstalled(nftables, ["m0", "m1"]));
            ChecksumRule.Install(nftables, ["m0", "m1"]);
            if (change is not null) nftables.Apply(change.Replace("FAMILY", family, StringComparison.Ordinal));
            Assert.Equal(isThere, ChecksumRule.IsInstalled(nftables, ["m0", "m1"]));
            Assert.False(ChecksumRule.IsInstalled(nftables, ["m0"]));
            Assert.False(ChecksumRule.IsInstalled(nftables, ["m0", "m1", "m2"]));
            nftables.Apply("flush ruleset");
        }
        ChecksumRule.Install(nftables, Many);
        Assert.True(ChecksumRule.IsInstalled(nftables, Many));
    }
}
