namespace Exeat.Linux.Tests.Live;

public sealed class RulesetTests
{
    private const int WaitMs = 5000;

    [Fact]
    public void A_ruleset_is_applied_whole_or_not_at_all_and_the_refusal_is_nfts_own()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules("table inet exeat { chain kept { } ; }");
        KernelException refused = Assert.Throws<KernelException>(() => nftables.Apply("delete chain inet exeat kept\nadd rule inet exeat absent accept\n"));
        Assert.StartsWith("nftables: delete chain inet exeat kept: Error: ", refused.Message);
        Assert.Contains("No such file or directory", refused.Message);
        Assert.Contains("chain kept", nftables.Run("list table inet exeat"));
    }

    // A gateway's policies are changed from a pool of threads: that must not cost each of them the memory of a whole ruleset.
    [Fact]
    public void Commands_of_many_threads_take_the_memory_of_one()
    {
        const int Threads = 12;
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules("table inet exeat { set many { type ipv4_addr ; } ; }");
        for (int third = 0; third < 80; third++) nftables.Apply($"add element inet exeat many {{ {string.Join(", ", Enumerable.Range(0, 250).Select(last => $"10.1.{third}.{last}"))} }}");
        long shared = GrowthOf(Threads, _ => nftables);
        // Control: as many threads that each call the library themselves.
        Nftables[] own = [.. Enumerable.Range(0, Threads).Select(_ => world.Open(world.Middle, () => new Nftables()))];
        long apart = GrowthOf(Threads, i => own[i]);
        Assert.True(apart > 16 << 20, $"the control took {apart} bytes only, so this test shows nothing");
        Assert.True(shared < apart / 4, $"{Threads} threads took {shared} bytes more by one library, {apart} by one each");
    }

    // What is resident of no file after the first two, and after the last one: they live on, so that none has the heap of another that ended.
    private static long GrowthOf(int threads, Func<int, Nftables> library)
    {
        using var leave = new ManualResetEventSlim();
        List<Thread> living = [];
        long second = 0;
        for (int i = 0; i < threads; i++)
        {
            int number = i;
            using var done = new ManualResetEventSlim();
            var thread = new Thread(() =>
            {
                Assert.Contains("10.1.0.1", library(number).Run("list set inet exeat many"), StringComparison.Ordinal);
                done.Set();
                leave.Wait();
            })
            { IsBackground = true };
            thread.Start();
            living.Add(thread);
            done.Wait();
            if (i == 1) second = Anonymous();
        }
        long last = Anonymous();
        leave.Set();
        foreach (Thread thread in living) thread.Join();
        return last - second;
    }

    private static long Anonymous()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        string line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void A_check_changes_nothing()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules("table inet exeat { }");
        Assert.Null(nftables.Check("table inet other { chain c { type filter hook forward priority 0; policy drop ; } ; }"));
        Assert.NotNull(nftables.Check("nonsense"));
        Assert.DoesNotContain("other", nftables.Run("list ruleset"));
    }

    [Fact]
    public void The_queue_rule_replaces_what_the_chain_held()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules("table inet exeat { chain verdict { accept ; } ; }");
        QueueKind kind = QueueRule.Install(nftables, "exeat", "verdict", 9);
        Assert.Equal(kind, NamespaceThread.Run(world.Middle, QueueRule.Probe));
        string first = nftables.Run("list chain inet exeat verdict");
        Assert.Contains(kind == QueueKind.Nft ? "queue to 9" : "9", first);
        Assert.DoesNotContain("accept", first);
        QueueRule.Install(nftables, "exeat", "verdict", 9);
        Assert.Equal(first, nftables.Run("list chain inet exeat verdict"));
        Assert.DoesNotContain("probe", nftables.Run("list ruleset"));
    }

    [Fact]
    public void A_queue_rule_for_a_chain_that_is_missing_is_refused()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Rules("table inet exeat { }");
        KernelException refused = Assert.Throws<KernelException>(() => QueueRule.Install(nftables, "exeat", "absent", 9));
        Assert.Equal(Errno.ENOENT, refused.Errno);
    }

    [Fact]
    public void The_watch_sees_changes_and_tells_our_own_from_others()
    {
        using ForwardingWorld world = new();
        Nftables ours = world.Rules("table inet exeat { chain verdict { } ; }");
        Nftables others = world.Open(world.Middle, () => new Nftables());
        KernelWatch watch = world.Open(world.Middle, () => new KernelWatch(KernelChangeKinds.Ruleset));

        ours.Apply("add rule inet exeat verdict accept");
        Assert.False(ours.HasForeignChange(Next(watch).Generation));
        QueueRule.Install(ours, "exeat", "verdict", 3);
        Assert.False(ours.HasForeignChange(Next(watch).Generation));
        others.Apply("flush ruleset");
        KernelChange foreign = Next(watch);
        Assert.Equal(KernelChangeKinds.Ruleset, foreign.Kinds);
        Assert.True(ours.HasForeignChange(foreign.Generation));
        Assert.NotEqual(0u, foreign.PortId);
        Assert.NotNull(foreign.ProcessName);
    }

    [Fact]
    public void A_foreign_change_is_known_without_a_watch_even_between_changes_of_our_own()
    {
        using ForwardingWorld world = new();
        Nftables ours = world.Rules("table inet exeat { chain verdict { } ; }");
        Nftables others = world.Open(world.Middle, () => new Nftables());
        QueueRule.Install(ours, "exeat", "verdict", 3);
        ours.Run("list ruleset");
        Assert.False(ours.TakeForeignChange());
        others.Apply("add table inet others");
        ours.Apply("add chain inet exeat more");
        Assert.True(ours.TakeForeignChange());
        Assert.False(ours.TakeForeignChange());
        others.Apply("flush ruleset");
        Assert.True(ours.TakeForeignChange());
    }

    // A busy gateway makes hundreds of changes while the watch is at a repair, and each repair makes some more.
    [Fact]
    public void Changes_of_our_own_are_known_however_late_they_are_read_and_a_foreign_one_among_them_is_not_missed()
    {
        using ForwardingWorld world = new();
        Nftables ours = world.Rules("table inet exeat { chain verdict { } ; }");
        Nftables others = world.Open(world.Middle, () => new Nftables());
        KernelWatch watch = world.Open(world.Middle, () => new KernelWatch(KernelChangeKinds.Ruleset));
        void Change(int times)
        {
            for (int i = 0; i < times; i++) ours.Apply("add rule inet exeat verdict accept");
        }

        Change(200);
        for (int i = 0; i < 200; i++) Assert.False(ours.HasForeignChange(Next(watch).Generation), $"change {i} of 200");
        Change(100);
        others.Apply("flush ruleset");
        ours.Apply("table inet exeat { chain verdict { } ; }");
        Change(100);
        Assert.Contains(Enumerable.Range(0, 202).Select(_ => ours.HasForeignChange(Next(watch).Generation)).ToArray(), foreign => foreign);
        Assert.True(ours.TakeForeignChange());
        // Told once: what is read late of that time is no other change.
        Change(100);
        for (int i = 0; i < 100; i++) Assert.False(ours.HasForeignChange(Next(watch).Generation), $"change {i} after it");
    }

    [Fact]
    public void A_foreign_change_while_one_of_our_own_is_refused_is_not_taken_for_it()
    {
        using ForwardingWorld world = new();
        Nftables ours = world.Rules("table inet exeat { chain verdict { } ; }");
        Nftables others = world.Open(world.Middle, () => new Nftables());
        Assert.False(ours.TakeForeignChange());
        ours.Transact("refused", _ =>
        {
            others.Apply("add table inet others");
            return Errno.ENOENT;
        });
        Assert.True(ours.TakeForeignChange());
    }

    [Fact]
    public void The_watch_sees_routing_rules_links_and_addresses()
    {
        using ForwardingWorld world = new();
        PolicyRouting routing = world.Open(world.Middle, () => new PolicyRouting());
        KernelWatch rules = world.Open(world.Middle, () => new KernelWatch(KernelChangeKinds.RoutingRules));
        KernelWatch links = world.Open(world.Middle, () => new KernelWatch(KernelChangeKinds.Links | KernelChangeKinds.Addresses));
        routing.AddBlackholeRule(100, "m0", 0, 0x10000, v6: true);
        Assert.Equal(routing.PortId, Next(rules).PortId);
        new IpBatch().Command("rule delete pref 0").Run(world.Middle);
        KernelChange removed = Next(rules);
        Assert.True(removed is { Kinds: KernelChangeKinds.RoutingRules, IsRemoval: true });
        Assert.NotEqual(routing.PortId, removed.PortId);

        new IpBatch().Command("link add d0 type veth peer name d1").Address("d0", "203.0.113.1/24").Run(world.Middle);
        // On a busy machine the world's own links tell late that they are up.
        while (Next(links).InterfaceName is not ("d0" or "d1"))
        {
        }
        while (Next(links).Kinds != KernelChangeKinds.Addresses)
        {
        }
        new IpBatch().Command("link delete d0").Run(world.Middle);
        while (true)
        {
            KernelChange change = Next(links);
            if (change is { Kinds: KernelChangeKinds.Links, IsRemoval: true, InterfaceName: "d0" }) break;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_blackhole_rule_holds_what_is_not_marked_and_lets_pass_what_is(bool v6)
    {
        using ForwardingWorld world = new();
        PolicyRouting routing = world.Open(world.Middle, () => new PolicyRouting());
        routing.AddBlackholeRule(100, "m0", 0, 0x10000, v6);
        routing.AddBlackholeRule(100, "m0", 0, 0x10000, v6);
        RoutingRule rule = Assert.Single(routing.ListRules(), rule => rule.Preference == 100);
        Assert.True(rule is { IsBlackhole: true, InInterface: "m0", MarkValue: 0, MarkMask: 0x10000 } && rule.IsV6 == v6);

        PacketTap tap = world.Open(world.Right, () => PacketTap.Open());
        string source = v6 ? "2001:db8:1::2" : "192.0.2.2", target = v6 ? "2001:db8:2::2" : "198.51.100.2";
        RawSender sender = world.Open(world.Left, () => new RawSender(0));
        PacketTap arrival = world.Open(world.Middle, () => PacketTap.Open());
        sender.Send(Packets.Udp(source, target, 5000, "unmarked"));
        // Neighbour discovery delays the first packet: it must have met the rule before the next one is stamped.
        Assert.Equal(["unmarked"], Texts(arrival, until: "unmarked"));
        world.Rules("table inet exeat { chain stamp { type filter hook prerouting priority -150; meta mark set 0x10000 ; } ; }");
        sender.Send(Packets.Udp(source, target, 5000, "marked"));
        Assert.Equal(["marked"], Texts(tap, until: "marked"));

        Assert.Equal(1, routing.RemoveRules(100, 100));
        Assert.DoesNotContain(routing.ListRules(), rule => rule.Preference == 100);
    }

    [Fact]
    public void Everything_the_gateway_needs_is_found_and_nothing_is_left_behind()
    {
        using ForwardingWorld world = new();
        Nftables nftables = world.Open(world.Middle, () => new Nftables());
        IReadOnlyList<KernelFeature> features = NamespaceThread.Run(world.Middle, KernelFeatures.Probe);
        Assert.DoesNotContain(features, feature => feature.IsRequired && !feature.IsFound);
        Assert.All(features, feature => Assert.Equal(feature.IsFound, feature.Remedy.Length == 0));
        Assert.Equal("", nftables.Run("list ruleset"));
    }

    private static KernelChange Next(KernelWatch watch)
    {
        Assert.True(watch.TryWait(WaitMs, out KernelChange change));
        return change;
    }

    private static List<string> Texts(PacketTap tap, string until)
    {
        List<string> texts = [];
        while (!texts.Contains(until))
        {
            int count = tap.Receive(WaitMs);
            Assert.NotEqual(0, count);
            for (int i = 0; i < count; i++)
            {
                TappedPacket packet = tap[i];
                int header = packet.EtherType == 0x86DD ? 40 : 20;
                bool isUdp = packet.EtherType == 0x86DD ? packet.Bytes[6] == 17 : packet.EtherType == 0x0800 && packet.Bytes[9] == 17;
                if (isUdp && !packet.IsOutgoing) texts.Add(System.Text.Encoding.ASCII.GetString(packet.Bytes[(header + 8)..]));
            }
        }
        return texts;
    }
}
