using System.Globalization;
using System.Text;
using System.Text.Json;
using Exeat.Api;
using Exeat.Flows;
using Exeat.Lab.Topology;
using Exeat.Linux;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>Collects what helps to understand a gateway from afar. What cannot be read is said in its place; nothing here changes anything.</summary>
internal sealed class BundleContent(GatewayDocument? gateway, string? config, string socket, Redaction redaction, BundleWish wish)
{
    // One part is text that somebody will read.
    private const int MaxPartBytes = 8 << 20;
    private const int LogLines = 500;
    private static readonly TimeSpan ToolPatience = TimeSpan.FromSeconds(10);

    private readonly List<BundlePart> _parts = [];

    public async Task<IReadOnlyList<BundlePart>> CollectAsync(CancellationToken cancel)
    {
        Add("about.txt", About());
        await AddAsync("status.json", async () => redaction.Json(JsonSerializer.SerializeToUtf8Bytes(await StatusAsync(cancel), ApiJson.Default.GatewayStatus)));
        await AddAsync("preflight.txt", async () => string.Join('\n', (await PreflightCommand.LookAsync(gateway, cancel)).Select(c => $"{c.Word}\t{c.Name}\t{c.Found}\t{c.Remedy}")));
        await AddAsync("ruleset.nft", () => Task.FromResult(Ruleset()));
        await AddAsync("routing-rules.txt", () => Task.FromResult(RoutingRules()));
        await AddAsync("links.txt", () => Task.FromResult(Links()));
        await AddAsync("settings.txt", () => Task.FromResult(Settings()));
        await AddAsync("process.txt", async () => ProcessOf((await StatusAsync(cancel)).Pid));
        await AddAsync("log.txt", LogAsync);
        if (config is not null) await AddAsync("gateway.yaml", async () => redaction.Text(await File.ReadAllTextAsync(config, cancel)));
        if (gateway is not null) await AddAsync("records.ndjson", () => Task.FromResult(Records(gateway.Journal.Dir)));
        if (gateway is not null && wish.WithPolicy)
        {
            string[] files = Directory.Exists(gateway.Policy) ? Directory.GetFiles(gateway.Policy, "*.y*ml", SearchOption.AllDirectories) : [gateway.Policy];
            foreach (string file in files) await AddAsync("policy/" + Path.GetRelativePath(Path.GetDirectoryName(gateway.Policy)!, file), async () => redaction.Text(await File.ReadAllTextAsync(file, cancel)));
        }
        return _parts;
    }

    private static string About() => string.Create(CultureInfo.InvariantCulture, $"""
        exeat {Product.Version}
        written {TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}
        kernel {File.ReadAllText("/proc/sys/kernel/osrelease").Trim()}
        {(File.Exists("/etc/os-release") ? File.ReadAllText("/etc/os-release").Trim() : "")}

        """);

    private async Task<GatewayStatus> StatusAsync(CancellationToken cancel)
    {
        using var client = new GatewayClient(socket);
        return await client.StatusAsync(cancel);
    }

    private static string Ruleset()
    {
        using var nftables = new Nftables();
        return nftables.Run("list ruleset");
    }

    private static string RoutingRules()
    {
        using var routing = new PolicyRouting();
        return string.Join('\n', routing.ListRules().Select(r =>
            $"{(r.IsV6 ? "IPv6" : "IPv4")} pref {r.Preference} iif {r.InInterface ?? "any"} fwmark 0x{r.MarkValue:x}/0x{r.MarkMask:x} {(r.IsBlackhole ? "blackhole" : $"action {r.Action} table {r.Table}")}{(r.IsDetached ? " (interface absent)" : "")}"));
    }

    private static string Links()
    {
        using var links = new LinkTable();
        return string.Join('\n', links.Links().Select(l => $"{l.Index} {l.Name} kind {l.Kind} mtu {l.Mtu} master {l.Master} lower {l.Lower} {(l.IsUp ? "up" : "down")}{(l.HasXdp ? " xdp" : "")}"));
    }

    private static string Settings()
    {
        string[] folders = ["/proc/sys/net/netfilter", "/proc/sys/net/ipv4/conf/all", "/proc/sys/net/ipv6/conf/all"];
        string[] single = ["/proc/sys/net/ipv4/ip_forward"];
        var text = new StringBuilder();
        foreach (string file in folders.Where(Directory.Exists).SelectMany(Directory.GetFiles).Concat(single).Order(StringComparer.Ordinal))
        {
            try
            {
                text.Append(file["/proc/sys/".Length..]).Append(" = ").Append(File.ReadAllText(file).TrimEnd().ReplaceLineEndings(" ")).Append('\n');
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                text.Append($"({refused.Message})\n");
            }
        }
        return text.ToString();
    }

    private static string ProcessOf(int pid) => File.ReadAllText($"/proc/{pid}/status") + "\n" + File.ReadAllText($"/proc/{pid}/limits");

    private async Task<string> LogAsync()
    {
        Finished read = await Subprocess.RunAsync(["journalctl", "--no-pager", "-o", "short-iso", "-n", $"{LogLines}", "-u", "exeat-gateway", "-u", "exeat-locks"], ToolPatience);
        return redaction.Text(read.Succeeded ? read.Output : $"journalctl: {read.LastLine}");
    }

    private string Records(string folder)
    {
        var reader = new JournalReader(folder);
        reader.SkipToLast(wish.Records);
        var last = new Queue<FlowEvent>();
        foreach (FlowEvent read in reader.Read())
        {
            last.Enqueue(read);
            if (last.Count > wish.Records) last.Dequeue();
        }
        return string.Concat(last.Select(e => redaction.Json(e.Raw) + "\n"));
    }

    private async Task AddAsync(string name, Func<Task<string>> read)
    {
        (int labels, int names, int secrets) = (redaction.Labels, redaction.Names, redaction.Secrets);
        string text;
        try
        {
            text = await read();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or KernelException or JournalException or GatewayUnreachableException or DllNotFoundException or LabException)
        {
            text = $"could not be read: {refused.Message}\n";
        }
        (labels, names, secrets) = (redaction.Labels - labels, redaction.Names - names, redaction.Secrets - secrets);
        string[] taken = [.. new[] { (labels, "labels"), (names, "names"), (secrets, "secrets") }.Where(t => t.Item1 > 0).Select(t => $"{t.Item1} {t.Item2}")];
        Add(name, text, taken.Length == 0 ? "" : string.Join(", ", taken) + " taken out");
    }

    private void Add(string name, string text, string redacted = "")
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        _parts.Add(new BundlePart(name, bytes.Length <= MaxPartBytes ? bytes : bytes[..MaxPartBytes], redacted));
    }
}
