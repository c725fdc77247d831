using System.Collections.Immutable;

namespace Exeat.Lab.World;

/// <summary>What exists outside: every machine of the lab's world with its addresses and names.</summary>
public static class WorldMap
{
    /// <summary>The resolver agents are told to use; the gateway takes their questions, so it is reached only without a gateway.</summary>
    public static Place Resolver { get; } = new("resolver", "198.51.100.53", "2001:db8:53::53", []);

    /// <summary>Where the gateway's own resolver asks.</summary>
    public static Place Upstream { get; } = new("upstream", "198.51.100.54", "2001:db8:53::54", []);

    /// <summary>Somebody else's resolver, open to the public.</summary>
    public static Place PublicResolver { get; } = new("public-resolver", "198.51.100.8", "2001:db8:8::8", ["dns.public.example"]);

    /// <summary>The attacker: takes anything on any port, and is the name server of its own zone.</summary>
    public static Place Attacker { get; } = new("attacker", "203.0.113.66", "2001:db8:f::66", ["attacker.example", "*.exfil.attacker.example"]);

    /// <summary>An internal database; nothing public resolves to it, except the names that rebind.</summary>
    public static Place Database { get; } = new("database", "10.20.0.5", "fd00:20::5", [Rebound, "db.corp.example"]);

    /// <summary>A place for everyday clients. What serves here is not part of every lab: the tests with honest clients start a server of their own.</summary>
    public static Place Tools { get; } = Public("tools", 40, "*.tools.example");

    /// <summary>Where names of a permitted zone lead whose owner helps the agent out (<see cref="HostileZone"/>).</summary>
    public static Place Hostile { get; } = new("hostile", "203.0.113.67", "2001:db8:f::67", ["*" + HostileZone.Suffix]);

    /// <summary>Where clouds hand out credentials to whoever asks.</summary>
    public static Place Metadata { get; } = new("metadata", "169.254.169.254", "fd00:ec2::254", []);

    /// <summary>The database by an IPv6 address that embeds its IPv4 one (RFC 6052); an address without a meaning in IPv4.</summary>
    public static Place Embedded { get; } = new("embedded", "203.0.113.68", "64:ff9b::a14:5", []);

    /// <summary>A permitted public name whose owner lets it point to an internal address.</summary>
    public const string Rebound = "rebound.example.org";

    /// <summary>A permitted name that is an alias of a name nobody permits.</summary>
    public const string Alias = "alias.example.org", AliasTarget = "edge.cdn.example.net";

    /// <summary>A name that is permitted while the lab runs (live update).</summary>
    public const string LateName = "new-tool.example.com";

    /// <summary>Everything there is.</summary>
    public static ImmutableArray<Place> Places { get; } =
    [
        Public("core", 10, "openclaw.ai", "www.openclaw.ai", "docs.openclaw.ai", "clawhub.ai", "www.nvidia.com"),
        Public("model-gateway", 11, "integrate.api.nvidia.com", "inference-api.nvidia.com"),
        Public("os-mirror", 12, "archive.ubuntu.com", "security.ubuntu.com", "changelogs.ubuntu.com", "*.archive.ubuntu.com"),
        Public("npm", 13, "www.npmjs.org", "npmjs.com", "nodejs.org"),
        Public("github", 14, "github.com", "api.github.com", "codeload.github.com", "raw.githubusercontent.com", "objects.githubusercontent.com"),
        Public("pypi", 15, "pypi.org", "files.pythonhosted.org", "huggingface.co"),
        Public("aws", 16, "sts.eu-west-1.amazonaws.com", "ssm.eu-west-1.amazonaws.com", "logs.eu-west-1.amazonaws.com"),
        Public("openai", 20, "api.openai.com"),
        Public("anthropic", 21, "api.anthropic.com"),
        Public("other-models", 22, "generativelanguage.googleapis.com", "api.mistral.ai", "api.deepseek.com", "openrouter.ai", "api.x.ai"),
        Public("unknown", 30, "unknown-host.example", "www.unknown-host.example"),
        Public("crm", 31, "crm.example.com", "tickets.example.com"),
        Public("research", 32, "data.example.org", "search.example.org", Alias, AliasTarget),
        Public("mcp", 33, "mcp.example.com"),
        Public("identity", 34, "telemetry.example.com", "login.example.com"),
        Public("late", 35, LateName),
        Tools,
        Attacker, Hostile, Metadata, Embedded, Database, Resolver, Upstream, PublicResolver,
        new("internal-api", "10.20.0.8", "fd00:20::8", ["ledger.corp.example"]),
    ];

    /// <summary>The place a name leads to, or null when the name does not exist.</summary>
    public static Place? Find(string name) => Places.FirstOrDefault(p => p.Answers(name));

    /// <summary>The place at an address.</summary>
    public static Place? At(string address) => Places.FirstOrDefault(p => p.Address4 == address || p.Address6 == address);

    private static Place Public(string label, int number, params ImmutableArray<string> names) =>
        new(label, $"203.0.113.{number}", $"2001:db8:f::{number}", names);
}
