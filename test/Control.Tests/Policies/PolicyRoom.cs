using System.Collections.Immutable;
using Exeat.Api.Control;
using Exeat.Control.Agents;
using Exeat.Control.Gateways;
using Exeat.Control.Http;
using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Exeat.Control.Tests.Policies;

/// <summary>The area of policies over a database of its own, with gateways that a test sets up and a clock that it moves.</summary>
internal sealed class PolicyRoom : IFleet, IDisposable
{
    public const string Web = """
        apiVersion: exeat/v1
        kind: Policy
        mode: enforce
        smartGroups: {coders: {class: coding}}
        webGroups:
          core: {names: [www.example.org]}
          models: {names: [models.example, "*.models.example"]}
        rules:
        - {name: shadow-model-deny, priority: 10, to: {names: [models]}, action: deny}
        - {name: allow-core, priority: 20, from: [coders], to: {names: [core]}, protocol: tcp, ports: [443], action: permit}
        tests:
        - {agent: coding-1, to: "https://www.example.org", expect: permit by allow-core}
        - {agent: coding-1, to: "https://models.example", expect: deny by shadow-model-deny}

        """;

    public static readonly Actor Anna = new("user:anna", RoleWords.Every), Berta = new("user:berta", RoleWords.Every), Carla = new("user:carla", Roles.Viewer | Roles.Operator);

    private readonly string _folder = Directory.CreateTempSubdirectory("exeat-policies-").FullName;

    public PolicyRoom()
    {
        Database = Database.At(_folder, Time);
        var audit = new AuditLog(Time);
        Versions = new PolicyVersions(Database, Time);
        Composer = new PolicyComposer(Versions, Time);
        Desired = new DesiredPolicies(Database, this, Composer, Time);
        Agents = new AgentsBook(Database, audit, new GatewayEvents(Time, NullLogger<GatewayEvents>.Instance), Time);
        Changes = new PolicyChanges(Database, new ChangePlanner(Database, Versions, Composer, this, new AgentsPlanner(Agents, Time), Time), Desired, Agents, audit, Time);
        AgentsDesk = new AgentsDesk(Agents, Changes, Time);
        Desk = new AssignmentDesk(Database, Versions, Changes, this, Time);
        Publishing = new PolicyPublishing(Database, Versions, Desk, audit, Time) { Shipped = Packs };
        Diffs = new PolicyDiffs(Versions, Publishing, Desk, Time);
        Times = new PolicyTimes(Database, Desired, audit, Time, NullLogger<PolicyTimes>.Instance);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2027, 1, 4, 9, 0, 0, TimeSpan.Zero));

    public Database Database { get; }

    public PolicyVersions Versions { get; }

    public PolicyComposer Composer { get; }

    public DesiredPolicies Desired { get; }

    public AgentsBook Agents { get; }

    public AgentsDesk AgentsDesk { get; }

    public PolicyChanges Changes { get; }

    public AssignmentDesk Desk { get; }

    public PolicyPublishing Publishing { get; }

    public PolicyDiffs Diffs { get; }

    public PolicyTimes Times { get; }

    /// <summary>The packs of the repository, as a release has them beside its programs.</summary>
    public static string Packs { get; } = FindPacks();

    /// <summary>The gateways there are.</summary>
    public Dictionary<string, FleetGateway> Gateways { get; } = new(StringComparer.Ordinal);

    /// <summary>How long it takes to read them.</summary>
    public TimeSpan ReadingTakes { get; set; }

    public IReadOnlyList<FleetGateway> Read(SqliteConnection connection)
    {
        Time.Advance(ReadingTakes);
        return [.. Gateways.Values.OrderBy(gateway => gateway.Id, StringComparer.Ordinal)];
    }

    public FleetGateway? Find(SqliteConnection connection, string id) => Gateways.GetValueOrDefault(id);

    /// <summary>Sets up a gateway with agents, each as <c>id:class</c>.</summary>
    public void Gateway(string id, params string[] agents) => Gateways[id] = new FleetGateway(id, AgentsOf(agents), null, []);

    public void Report(string id, string? version, params string[] problems) => Gateways[id] = Gateways[id] with { Reported = version, Problems = [.. problems] };

    public static AgentsDocument AgentsOf(params string[] agents) => new()
    {
        Hash = "none",
        Agents = [.. agents.Select((agent, i) => new AgentDocument { Id = agent.Split(':')[0], Class = agent.Split(':')[1], Addresses = [Names.Address.V4(0xC0000200u + (uint)i)] })],
    };

    public static PolicyUpload Upload(string text, string? agents = null, ImmutableDictionary<string, string>? packs = null) => new()
    {
        Files = ImmutableDictionary<string, string>.Empty.Add("policy.yaml", text),
        Packs = packs,
        Agents = agents is null ? null : ImmutableDictionary<string, string>.Empty.Add("agents.yaml", "apiVersion: exeat/v1\nkind: Agents\nagents:\n" + agents),
    };

    /// <summary>Publishes a text, with the agent that its tests need.</summary>
    public PublishResult Publish(string text, string name = "prod", Actor? actor = null, string? parent = null, AssignmentTarget? assign = null, bool dryRun = false) =>
        Publishing.Publish(name, new PolicyPublication { Upload = Upload(text, "- {id: coding-1, class: coding}\n"), Message = "a change", Parent = parent, DryRun = dryRun, Assign = assign }, actor ?? Anna);

    /// <summary>Publishes and assigns; nobody else is needed, or the test fails.</summary>
    public string Assign(string text, AssignmentTarget on, string name = "prod")
    {
        PublishResult published = Publish(text, name);
        Assert.Equal("done", Desk.Assign(Want(on, name, published.Version), Anna).State);
        return published.Version;
    }

    public static AssignmentRequest Want(AssignmentTarget on, string? policy = null, string? version = null, string? expected = null) => new() { On = on, Policy = policy, Version = version, Expected = expected, Reason = "because" };

    public static AssignmentTarget Class(string name) => new("class", name);

    public static AssignmentTarget Of(string gateway) => new("gateway", gateway);

    /// <summary>The policy that a gateway makes of what it is given: its loader, its options, files on its disk.</summary>
    public CompiledPolicy AsGateway(string id, DateTimeOffset? now = null)
    {
        DesiredPolicy desired = Desired.Of(id)!;
        LoadResult loaded = GatewayLoad(desired);
        Assert.Equal(desired.Version, loaded.Policy?.Version);
        return CompiledPolicy.Compile(loaded.Policy!, Gateways[id].Agents!, now ?? Time.GetUtcNow());
    }

    /// <summary>Loads as a gateway does whose document names the two delivered folders.</summary>
    public LoadResult GatewayLoad(DesiredPolicy desired)
    {
        string root = Directory.CreateTempSubdirectory("exeat-delivered-").FullName;
        try
        {
            Directory.CreateDirectory(root + "/policy");
            Directory.CreateDirectory(root + "/packs");
            foreach ((string path, string text) in desired.Files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
                File.WriteAllBytes(Path.Combine(root, path), DesiredPolicy.Bytes(text));
            }
            var document = new GatewayDocument
            {
                Id = "gw",
                Inside = ["a"],
                Outside = "b",
                Agents = root,
                Policy = root + "/policy",
                Packs = root + "/packs",
                Dns = new GatewayDns { Intercept = [], Upstream = [] },
                Journal = new GatewayJournal { Dir = root },
                State = root,
            };
            return PolicyLoader.Load(document.Policy, document.Options(Time));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>What becomes of an attempt, as a test of a policy would say it.</summary>
    public static string Verdict(CompiledPolicy policy, string agent, string to)
    {
        Assert.True(DestinationText.TryParse(to, null, null, out Destination? destination, out _));
        WalkStep outcome = PolicyWalk.Take(policy, policy.FindAgent(agent), destination).Outcome;
        return (outcome.Decision.Verdict == Exeat.Policy.Verdict.Permit ? "permit by " : "deny by ") + outcome.Rule;
    }

    public string[] Audit()
    {
        using SqliteConnection connection = Database.Open();
        return [.. connection.List("SELECT actor, action, target FROM audit ORDER BY seq", row => $"{row.GetString(0)} {row.GetString(1)} {row.GetString(2)}")];
    }

    private static string FindPacks()
    {
        string? at = AppContext.BaseDirectory;
        while (at is not null && !File.Exists(Path.Combine(at, "Exeat.slnx"))) at = Path.GetDirectoryName(at);
        return Path.Combine(at!, "policies");
    }

    public void Dispose()
    {
        Times.Dispose();
        Diffs.Dispose();
        Database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
