using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Loads a gateway's configuration from a file or folder that has exactly one document of the kind.</summary>
public static class GatewayDocumentLoader
{
    /// <summary>State, generation and the marks of a packet on its way through need these many.</summary>
    public const int MinMarkBits = 15;

    /// <summary>Loads and checks; the files that it names are not opened.</summary>
    public static GatewayResult Load(string path)
    {
        var problems = new ProblemList();
        DocumentSet set = DocumentSet.Load(path, DocumentKind.Gateway, problems);
        foreach (MapReader extra in set.Documents.Skip(1)) problems.Error(extra.Where, "there is a second document of kind Gateway", "keep one; each gateway has its own file");
        GatewayDocument? gateway = set.Documents is [MapReader map, ..] ? Read(map, problems) : null;
        return new GatewayResult(problems.HasErrors ? null : gateway, problems.ToImmutable());
    }

    private static GatewayDocument Read(MapReader map, ProblemList problems)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(map.Where.File)) ?? "/";
        string? PathOf(MapReader? from, string key) => from?.FreeText(key) is { } text ? Path.GetFullPath(Path.Combine(folder, text)) : null;

        ImmutableArray<string> inside = map.Distinct("inside", map.List("inside"), (item, key) => item.InterfaceName(key, problems));
        string outside = map.Value("outside")?.InterfaceName("outside", problems) ?? "";
        if (inside.Contains(outside)) problems.Error(map.WhereOf("outside"), $"{outside} is inside and outside", "name the interface towards the world");
        MapReader? journal = map.Open("journal", Shapes.Journal), management = map.Open("management", Shapes.Management);
        var document = new GatewayDocument
        {
            Id = map.Identifier("id") ?? "",
            Inside = inside,
            Outside = outside,
            Agents = PathOf(map, "agents") ?? "",
            Policy = PathOf(map, "policy") ?? "",
            Packs = PathOf(map, "packs"),
            Dns = Dns(map.Open("dns", Shapes.Dns), problems),
            Journal = new GatewayJournal { Dir = PathOf(journal, "dir") ?? "" },
            State = PathOf(map, "state") ?? "",
            Management = new GatewayManagement { Socket = PathOf(management, "socket"), Metrics = Metrics(management, problems) },
            Limits = Limits(map.Open("limits", Shapes.Limits)),
            MarkMask = MarkMask(map, problems) ?? GatewayDocument.DefaultMarkMask,
        };
        return journal?.Bytes("maxBytes", GatewayJournal.LeastBytes, problems) is { } bytes ? document with { Journal = document.Journal with { MaxBytes = bytes } } : document;
    }

    private static GatewayDns Dns(MapReader? map, ProblemList problems) => new()
    {
        Intercept = map is null ? [] : map.List("intercept").ReadDistinct("intercept", problems, node => node.AddressValue("intercept", problems)),
        Upstream = map is null ? [] : map.List("upstream").ReadDistinct("upstream", problems, node => node.Endpoint("upstream", 53, problems)),
    };

    private static AddressAndPort? Metrics(MapReader? map, ProblemList problems)
    {
        if (map?.Value("metrics") is not { } node || node.Endpoint("metrics", 9464, problems) is not { } metrics) return null;
        if (metrics.Address.Bits == 0) problems.Error(node.Where, "metrics would be served on every address, also those that agents reach", "write one address of the management side, or 127.0.0.1");
        return metrics;
    }

    private static GatewayLimits Limits(MapReader? map)
    {
        var limits = new GatewayLimits();
        if (map is null) return limits;
        foreach ((string key, int min, int max, Func<GatewayLimits, int, GatewayLimits> with, _) in GatewayLimitKeys.All)
        {
            if (map.Integer(key, min, max) is { } value) limits = with(limits, value);
        }
        return limits;
    }

    private static uint? MarkMask(MapReader map, ProblemList problems)
    {
        if (map.Scalar("markMask") is not { } text) return null;
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isNumber = isHex ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint mask)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out mask);
        int bits = BitOperations.PopCount(mask);
        bool isOneRun = mask != 0 && 32 - BitOperations.LeadingZeroCount(mask) - BitOperations.TrailingZeroCount(mask) == bits;
        if (isNumber && isOneRun && bits >= MinMarkBits) return mask;
        problems.Error(map.WhereOf("markMask"), $"markMask is {Excerpt.Of(text)}", $"write one run of at least {MinMarkBits} bits, such as 0xffff0000");
        return null;
    }
}
