using System.Collections.Immutable;
using Exeat.Names;

namespace Exeat.Policy;

/// <summary>Loads control's configuration from a file or folder that has exactly one document of the kind.</summary>
public static class ControlDocumentLoader
{
    private const int MaxAgeDays = 3650;

    /// <summary>Loads and checks; the files that it names are not opened.</summary>
    public static ControlResult Load(string path)
    {
        var problems = new ProblemList();
        DocumentSet set = DocumentSet.Load(path, DocumentKind.Control, problems);
        foreach (MapReader extra in set.Documents.Skip(1)) problems.Error(extra.Where, "there is a second document of kind Control", "keep one");
        ControlDocument? control = set.Documents is [MapReader map, ..] ? Read(map, problems) : null;
        return new ControlResult(problems.HasErrors ? null : control, problems.ToImmutable());
    }

    private static ControlDocument Read(MapReader map, ProblemList problems)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(map.Where.File)) ?? "/";
        string? PathOf(MapReader from, string key) => from.FreeText(key) is { } text ? Path.GetFullPath(Path.Combine(folder, text)) : null;

        MapReader? listen = map.Open("listen", Shapes.ControlListen), tls = map.Open("tls", Shapes.ControlTls);
        ImmutableArray<AddressAndPort> people = Endpoints(listen, "people", ControlDocument.PeoplePort, problems, "127.0.0.1");
        ImmutableArray<AddressAndPort> gateways = Endpoints(listen, "gateways", ControlDocument.GatewaysPort, problems, "0.0.0.0", "::");
        foreach (AddressAndPort both in people.Intersect(gateways))
            problems.Error(listen?.WhereOf("gateways") ?? map.Where, $"{both} is for people and for gateways", "give each its own port");
        return new ControlDocument
        {
            DataFolder = PathOf(map, "data") ?? "",
            People = people,
            Gateways = gateways,
            Names = map.Distinct("names", map.List("names"), (node, key) => HostName(node, key, problems)),
            Tls = tls is not null && PathOf(tls, "certificate") is { } certificate && PathOf(tls, "key") is { } own ? new ControlTls(certificate, own) : null,
            Store = Store(map.Open("store", Shapes.ControlStore), problems),
            Limits = Limits(map.Open("limits", Shapes.ControlLimits)),
        };
    }

    private static ImmutableArray<AddressAndPort> Endpoints(MapReader? listen, string key, ushort port, ProblemList problems, params ReadOnlySpan<string> otherwise)
    {
        if (listen is not null && listen.Has(key)) return listen.List(key).ReadDistinct(key, problems, node => node.Endpoint(key, port, problems));
        var usual = ImmutableArray.CreateBuilder<AddressAndPort>();
        foreach (string text in otherwise)
        {
            if (Address.TryParse(text, out Address address)) usual.Add(new AddressAndPort(address, port));
        }
        return usual.ToImmutable();
    }

    private static string? HostName(YamlNode node, string key, ProblemList problems)
    {
        if (node.ScalarText(key, problems) is not { } text) return null;
        // Addresses too: a certificate may stand for one.
        if (Address.TryParse(text, out _) || (text.Length <= CanonicalName.MaxBytes && Uri.CheckHostName(text) == UriHostNameType.Dns)) return text;
        problems.Error(node.Where, $"{key} has {node.Kind}", "write a host name such as control.example, or an address");
        return null;
    }

    private static ControlStore Store(MapReader? map, ProblemList problems)
    {
        var store = new ControlStore();
        if (map is null) return store;
        return store with
        {
            MaxBytes = map.Bytes("maxBytes", ControlStore.LeastBytes, problems) ?? store.MaxBytes,
            MaxAgeDays = map.Integer("maxAgeDays", 1, MaxAgeDays) ?? store.MaxAgeDays,
            Memory = map.Bytes("memory", ControlStore.LeastBytes, problems) ?? store.Memory,
        };
    }

    private static ControlLimits Limits(MapReader? map)
    {
        var limits = new ControlLimits();
        if (map is null) return limits;
        foreach ((string key, int min, int max, Func<ControlLimits, int, ControlLimits> with) in ControlLimitKeys.All)
        {
            if (map.Integer(key, min, max) is { } value) limits = with(limits, value);
        }
        return limits;
    }
}
