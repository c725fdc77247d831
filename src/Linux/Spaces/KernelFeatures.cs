namespace Exeat.Linux;

/// <summary>Tries out what the gateway needs of the kernel, in this thread's network namespace, and leaves nothing behind.</summary>
public static class KernelFeatures
{
    private static readonly (string Name, string Chain, string Rule)[] Expressions =
    [
        ("nft inet base chain", "type filter hook forward priority 0; policy drop;", "accept"),
        ("nft ct", "", "ct state established ct mark 1 accept"),
        ("nft ct mark set", "", "ct mark set meta mark and 0xffff0000"),
        ("nft ct zone set", "type filter hook prerouting priority -300;", "ct original zone set 1"),
        ("nft reject", "type filter hook forward priority 0;", "reject with tcp reset"),
        ("nft fib", "type filter hook prerouting priority -300;", "fib daddr type local accept"),
        ("nft limit", "", "limit rate over 10/second drop"),
        ("nft redirect", "type nat hook prerouting priority -100;", "udp dport 53 redirect to :53"),
        ("nft tproxy", "type filter hook prerouting priority -150;", "meta l4proto tcp tproxy ip to :8443"),
    ];

    private const string Admin = "run with CAP_NET_ADMIN (as root, or in a user namespace of one's own)";

    /// <summary>Tries everything; the order is that of a report.</summary>
    public static IReadOnlyList<KernelFeature> Probe()
    {
        List<KernelFeature> features =
        [
            Feature("CAP_NET_ADMIN", Capabilities.Has("CAP_NET_ADMIN"), Admin),
            Feature("CAP_NET_RAW", Capabilities.Has("CAP_NET_RAW"), "run with CAP_NET_RAW: resets are sent through raw sockets"),
        ];
        features.AddRange(ProbeNftables());
        features.Add(ProbeQueue());
        features.Add(ProbeChecksums());
        features.Add(ProbeConntrack());
        features.Add(ProbeSetting("net.netfilter.nf_conntrack_acct", "bytes and packets of flows", isRequired: false));
        features.Add(ProbeSetting("net.netfilter.nf_conntrack_timestamp", "start and end of flows", isRequired: false));
        features.Add(Try("routing rules", "build the kernel with CONFIG_IP_MULTIPLE_TABLES and CONFIG_IPV6_MULTIPLE_TABLES", () =>
        {
            using PolicyRouting routing = new();
            routing.ListRules();
        }));
        return features;
    }

    private static IEnumerable<KernelFeature> ProbeNftables()
    {
        Nftables nftables;
        try
        {
            nftables = new Nftables();
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return [Feature("libnftables", false, "install libnftables1 (Debian) or nftables-libs") with { Detail = missing.Message }];
        }
        catch (KernelException refused)
        {
            return [Feature("nftables", false, Admin) with { Detail = refused.Message }];
        }
        using (nftables)
        {
            return [Feature("libnftables", true, ""), .. Expressions.Select(expression => ProbeExpression(nftables, expression.Name, expression.Chain, expression.Rule))];
        }
    }

    private static KernelFeature ProbeExpression(Nftables nftables, string name, string chain, string rule)
    {
        string? refusal = nftables.Check($"table inet exeat_probe {{\n chain probe {{\n {chain}\n {rule}\n }}\n}}\n");
        bool isRequired = name != "nft tproxy";
        return Feature(name, refusal is null, $"load the nf_tables modules, or build the kernel with the option of {name}", isRequired) with
        {
            Detail = FirstLine(refusal),
        };
    }

    private static KernelFeature ProbeQueue()
    {
        const string Remedy = "load nft_queue, or build the kernel with CONFIG_NFT_QUEUE (or CONFIG_NFT_COMPAT and CONFIG_NETFILTER_XT_TARGET_NFQUEUE)";
        QueueKind? kind = null;
        KernelFeature tried = Try("packet queue", Remedy, () => kind = QueueRule.Probe());
        if (!tried.IsFound) return tried;
        string detail = kind switch { QueueKind.Nft => "nft queue", QueueKind.Xtables => "xt_NFQUEUE within nft", _ => "" };
        return Feature("packet queue", kind is not null, Remedy) with { Detail = detail };
    }

    private static KernelFeature ProbeChecksums()
    {
        const string Remedy = "load xt_CHECKSUM and nft_compat, or build the kernel with CONFIG_NFT_COMPAT and CONFIG_NETFILTER_XT_TARGET_CHECKSUM: without it an agent on a virtual link could have two bytes of a packet changed after it was judged";
        bool isFound = false;
        KernelFeature tried = Try("checksums", Remedy, () => isFound = ChecksumRule.Probe());
        return tried.IsFound ? Feature("checksums", isFound, Remedy) : tried;
    }

    private static KernelFeature ProbeConntrack() => Try("conntrack netlink", "load nf_conntrack_netlink, or build with CONFIG_NF_CT_NETLINK", () =>
    {
        using ConntrackEvents events = ConntrackEvents.Open(ConntrackEventKinds.Destroy);
        using Conntrack conntrack = new();
        conntrack.Dump(0, 0, (in ConntrackEvent _) => { });
    });

    private static KernelFeature ProbeSetting(string name, string purpose, bool isRequired)
    {
        string? value = Sysctl.Read(name);
        string remedy = value is null ? $"load nf_conntrack; needed for {purpose}" : $"sysctl -w {name}=1; needed for {purpose}";
        return Feature(name, value is not (null or "0"), remedy, isRequired) with { Detail = value ?? "absent" };
    }

    private static KernelFeature Try(string name, string remedy, Action attempt)
    {
        try
        {
            attempt();
            return Feature(name, true, remedy);
        }
        catch (Exception refused) when (refused is KernelException or DllNotFoundException)
        {
            return Feature(name, false, remedy) with { Detail = FirstLine(refused.Message) };
        }
    }

    private static KernelFeature Feature(string name, bool isFound, string remedy, bool isRequired = true) =>
        new() { Name = name, IsFound = isFound, IsRequired = isRequired, Remedy = isFound ? "" : remedy };

    private static string FirstLine(string? text) => text?.Split('\n')[0] ?? "";
}
