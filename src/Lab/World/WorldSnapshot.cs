using System.Collections.Immutable;

namespace Exeat.Lab.World;

/// <summary>All counters of the world at one moment.</summary>
public sealed record WorldSnapshot
{
    /// <summary>Version of this form.</summary>
    public int V { get; init; } = 1;

    /// <summary>Packets by source, destination, protocol and port.</summary>
    public ImmutableArray<PacketCount> Packets { get; init; } = [];

    /// <summary>DNS questions by server, name and type.</summary>
    public ImmutableArray<QuestionCount> Questions { get; init; } = [];

    /// <summary>Marked secrets that arrived.</summary>
    public ImmutableArray<CanaryCount> Canaries { get; init; } = [];

    /// <summary>Whether a marked secret arrived anywhere.</summary>
    public bool Has(string canary) => Canaries.Any(c => c.Canary == canary);

    /// <summary>How often a name, or a name below it, was asked for at a server; at any server when none is given.</summary>
    public int Asked(string name, string? server = null) => Questions
        .Where(q => (server is null || q.Server == server) && (q.Name == name || q.Name.EndsWith("." + name, StringComparison.Ordinal)))
        .Sum(q => q.Count);

    /// <summary>Sums what arrived from a source at an address; port or protocol −1 stands for any, an empty source for anybody.</summary>
    public PacketCount From(string source, string destination, int protocol = -1, int port = -1)
    {
        var found = Packets.Where(p => (source.Length == 0 || p.Source == source) && p.Destination == destination
            && (protocol < 0 || p.Protocol == protocol) && (port < 0 || p.Port == port)).ToList();
        return new PacketCount(source, destination, (byte)Math.Max(0, protocol), port,
            found.Sum(p => p.Packets), found.Sum(p => p.Payload), found.Sum(p => p.Connections));
    }
}
