using Exeat.Lab.Report;
using Exeat.Lab.Tests.Labs;
using Exeat.Lab.Tests.Running;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Lab.Tests.Control;

/// <summary>A lab whose gateway reads what a link brings. The link runs outside the lab's network, by files and the gateway's socket, as another user of the same machine would.</summary>
/// <remarks>
/// <code>
///   agents ── gateway ── world          namespaces of the lab
///               │ journal, socket, documents (files)
///            exeat-link ── TLS ── exeat-control      the test's own namespace: no packet of an agent's comes here
/// </code>
/// </remarks>
internal sealed class LinkedLab(string id) : LabFixture
{
    private LabGateway? _gateway;
    private LabProcess? _link;

    public string Id => id;

    public LabGateway Gateway => _gateway ?? throw new InvalidOperationException("the gateway was not started");

    public LabProcess Link => _link ?? throw new InvalidOperationException("the link was not started");

    public string LinkFolder => Path.Combine(State.Folder, "link");

    public string Journal => State.Journal;

    private static IReadOnlyList<string> Program => ["dotnet", Path.Combine(LabPrograms.Folder, "exeat-link.dll")];

    private string Config => Path.Combine(State.Documents, LabFiles.GatewayName);

    /// <summary>Enrols over the documents that the gateway has, lets it read what control sends from now on, and starts it.</summary>
    public async Task EnrolAsync(string control, string token)
    {
        Finished enrolled = await Subprocess.RunAsync([.. Program, "enrol", "--config", Config, "--state", LinkFolder, "--control", control, "--token", "-"], TimeSpan.FromSeconds(20), token + "\n");
        Assert.True(enrolled.Succeeded, enrolled.Output + enrolled.Errors);
        if (_gateway is not null) return;
        WriteConfig("../link/current/policy", "../link/current/agents", "\npacks: ../link/current/packs");
        _gateway = new LabGateway(Network, State, LabPrograms.Gateway);
        await Gateway.RestartAsync();
        await StartLinkAsync();
    }

    public async Task StartLinkAsync(params string[] before)
    {
        if (_link is not null) await _link.DisposeAsync();
        _link = await LabProcess.StartAsync([.. before, .. Program, "--config", Config, "--state", LinkFolder], Path.Combine(State.Folder, "link.log"), TimeSpan.FromSeconds(15));
    }

    /// <summary>Everything that the link has said.</summary>
    public string LinkLog() => File.ReadAllText(Path.Combine(State.Folder, "link.log"));

    /// <summary>Every whole line of the journal.</summary>
    public IReadOnlyList<string> Lines()
    {
        List<string> lines = [];
        foreach (string file in Directory.EnumerateFiles(Journal, "flows-*.ndjson").Order(StringComparer.Ordinal))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream);
            string text = reader.ReadToEnd();
            lines.AddRange(text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        return lines;
    }

    /// <summary>Makes connections to the world's database, each of which leaves records.</summary>
    public async Task AttemptAsync(int count)
    {
        Finished tried = await RunAsync("coding-1", "python3", "-c", """
            import socket, sys
            for i in range(int(sys.argv[2])):
                s = socket.create_connection((sys.argv[1], 5432), 5); s.send(b'x'); s.recv(1); s.close()
            """, WorldMap.Database.Address4, $"{count}");
        Assert.True(tried.Succeeded, tried.LastLine);
    }

    /// <summary>Packets of an agent that arrived at the database.</summary>
    public async Task<long> ArrivedAsync(string agent) => (await ArrivedAsync(agent, agent)).First;

    /// <summary>Packets of one agent that arrived at the database over IPv4, and of another over IPv6.</summary>
    public async Task<(long First, long Second)> ArrivedAsync(string over4, string over6)
    {
        WorldSnapshot seen = await World.ReadAsync();
        return (seen.From(LabPlan.Find(over4)!.Address4, WorldMap.Database.Address4, 6, 5432).Packets, seen.From(LabPlan.Find(over6)!.Address6, WorldMap.Database.Address6, 6, 5432).Packets);
    }

    public IReadOnlyList<SeenRecord> Records(DateTimeOffset from) => JournalLines.Read(Journal, from);

    protected override Task FillMiddleAsync()
    {
        File.WriteAllText(Path.Combine(State.Documents, LabFiles.AgentsName), LabFiles.Text(LabFiles.AgentsName));
        File.WriteAllText(Path.Combine(State.Documents, LabFiles.PolicyName), RunningLab.Policy());
        WriteConfig("policy.yaml", "agents.yaml", "");
        return Task.CompletedTask;
    }

    protected override async Task EmptyMiddleAsync()
    {
        if (_link is not null) await _link.DisposeAsync();
        if (_gateway is not null) await _gateway.DisposeAsync();
    }

    private void WriteConfig(string policy, string agents, string more) => File.WriteAllText(Config, LabFiles.Text(LabFiles.GatewayName)
        .Replace("id: lab", $"id: {id}", StringComparison.Ordinal)
        .Replace("agents: agents.yaml", $"agents: {agents}", StringComparison.Ordinal)
        .Replace("policy: policy.yaml", $"policy: {policy}{more}", StringComparison.Ordinal));
}
