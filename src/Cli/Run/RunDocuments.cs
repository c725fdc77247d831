using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Exeat.Flows;
using Exeat.Names;
using Exeat.Policy;
using Exeat.Run.Network;

namespace Exeat.Cli;

/// <summary>Writes the documents of a run: the policy (made as <c>exeat init</c> makes it, or a copy of the one given), its packs, the one agent, and the gateway's own.</summary>
internal sealed class RunDocuments(RunWish wish, string folder)
{
    // A run in monitor outlives a working day and a night; a longer one is enforced from then on.
    private const int MonitorDays = 2;

    private string PolicyFolder => Path.Combine(folder, "policy");

    private string PacksFolder => Path.Combine(folder, "packs");

    /// <summary>Writes all, and holds it to what the gateway will ask of it. The files of the person's that it was read from.</summary>
    public ImmutableArray<string> Write()
    {
        Directory.CreateDirectory(PolicyFolder);
        Directory.CreateDirectory(PacksFolder);
        ImmutableArray<string> sources = wish.Policy is null ? FromPacks() : Copy(wish.Policy);
        if (!wish.HostPorts.IsEmpty || !wish.SshHosts.IsEmpty) File.WriteAllText(Path.Combine(PolicyFolder, "run.yaml"), Additions(Load()));
        File.WriteAllText(Path.Combine(folder, "agents.yaml"), Agents());
        File.WriteAllText(Path.Combine(folder, "gateway.yaml"), Gateway());
        Policy.Policy policy = Load();
        AgentsResult agents = AgentsLoader.LoadAttached(Path.Combine(folder, "agents.yaml"));
        Demand([.. agents.Problems, .. GatewayDocumentLoader.Load(Path.Combine(folder, "gateway.yaml")).Problems]);
        if (wish.Policy is not null && wish.Mode is { } mode && mode != policy.Mode)
            throw new CommandFailure(ExitCode.InputWrong, $"--mode {mode.Text()}: the policy of --policy says mode: {policy.Mode.Text()}; change it there, or leave --mode out");
        RefuseMute(policy, agents.Agents!);
        return sources;
    }

    // A runtime that cannot reach its model tries for a minute and says nothing useful (docs/runtimes).
    private void RefuseMute(Policy.Policy policy, AgentsDocument agents)
    {
        if (!wish.Models.IsEmpty || KnownRuntime.Of(wish.Runtime)?.Model is not { } host || policy.Mode == Mode.Monitor) return;
        if (!DestinationText.TryParse($"https://{host}", null, null, out Destination? to, out _)) return;
        CompiledPolicy compiled = CompiledPolicy.Compile(policy, agents, TimeProvider.System.GetUtcNow());
        WalkStep outcome = PolicyWalk.Take(compiled, compiled.FindAgent(wish.Agent), to).Outcome;
        if (outcome.Decision.Verdict == Verdict.Permit) return;
        string remedy = wish.Policy is null
            ? $"--model {host} approves it (with --sign-in for subscriptions rather than keys); another model: --model HOST"
            : "permit it in the policy; with another model, say which: --model HOST";
        throw new CommandFailure(ExitCode.InputWrong, $"{wish.Runtime} asks its model at {host}, which {(wish.Policy is null ? $"the class {wish.Class}" : "this policy")} denies (by {outcome.Rule}): it could do nothing; {remedy}");
    }

    private ImmutableArray<string> FromPacks()
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var init = new InitWish
        {
            Class = wish.Class,
            Runtime = wish.Runtime,
            Models = wish.Models,
            Resolvers = [RunNetwork.Resolver4, RunNetwork.Resolver6],
            Region = wish.Region,
            SignIn = wish.SignIn,
            Owner = Environment.UserName is { Length: > 0 } name ? name : "the person at this machine",
            Why = "asked for with exeat run",
            Mode = wish.Mode ?? Mode.Enforce,
            Today = today,
            MonitorUntil = today.AddDays(MonitorDays),
        };
        using var reading = new PackReading(ReleasePacks.Folder, init);
        InitPlan plan = InitPlan.Make(init, ReleasePacks.All(), reading);
        File.WriteAllText(Path.Combine(PolicyFolder, "policy.yaml"), InitDocuments.Policy(plan));
        CopyPacks(ReleasePacks.Folder, plan.Vendored.Select(pack => pack.Name));
        return [];
    }

    private ImmutableArray<string> Copy(string given)
    {
        string path = Path.GetFullPath(given);
        string? packs = wish.Packs;
        // The folder that exeat init writes.
        if (Directory.Exists(Path.Combine(path, "policy")) && Directory.Exists(Path.Combine(path, "packs"))) path = Path.Combine(path, "policy");
        packs ??= Path.Combine(Path.GetDirectoryName(path)!, "packs") is { } beside && Directory.Exists(beside) ? beside : null;
        IReadOnlyList<string> files = DocumentPaths.Files(path);
        if (files.Count == 0) throw new CommandFailure(ExitCode.InputWrong, $"--policy: there is no policy at {TerminalText.Escape(given)}; give a file, a folder of *.yaml files, or a folder that exeat init wrote");
        LoadOptions options = PolicyInput.Options(packs);
        LoadResult read = PolicyLoader.Load(path, options);
        if (read.Policy is null) Demand(read.Problems);
        string root = Directory.Exists(path) ? path : Path.GetDirectoryName(path)!;
        foreach (string file in files) Put(Path.Combine(PolicyFolder, Path.GetRelativePath(root, file)), File.ReadAllText(file));
        if (options.PacksDirectory is { } from) CopyPacks(from, read.Packs.Select(pack => pack.Name));
        return [.. files];
    }

    private void CopyPacks(string from, IEnumerable<string> names)
    {
        foreach (string name in names.Distinct())
            foreach ((string file, string text) in ReleasePacks.Files(from, name)) Put(Path.Combine([PacksFolder, .. file.Split('/')]), text);
    }

    // What was asked for on the command line, as rules like any other: recorded under their names. The first numbers that are free, above the rest.
    private string Additions(Policy.Policy policy)
    {
        HashSet<int> taken = [.. policy.Rules.Select(rule => rule.Priority)];
        string owner = Yaml.Text(Environment.UserName is { Length: > 0 } name ? name : "the person at this machine");
        var text = new StringBuilder("# What was asked for beside the policy, with exeat run.\napiVersion: exeat/v1\nkind: Policy\nsmartGroups:\n");
        text.Append(CultureInfo.InvariantCulture, $"  sg-run-agent: {{class: {wish.Class}}}\n");
        if (!wish.HostPorts.IsEmpty) text.Append(CultureInfo.InvariantCulture, $"  sg-run-host: {{cidrs: [{RunNetwork.Host4}/32, \"{RunNetwork.Host6}/128\"]}}\n");
        if (!wish.SshHosts.IsEmpty) text.Append(CultureInfo.InvariantCulture, $"webGroups:\n  wg-run-ssh: {{names: {Yaml.List(wish.SshHosts)}}}\n");
        text.Append("rules:\n");
        foreach (int port in wish.HostPorts)
            text.Append(CultureInfo.InvariantCulture, $"- {{name: host-port-{port}, priority: {Free(1)}, from: [sg-run-agent], to: {{groups: [sg-run-host]}}, protocol: tcp, ports: [{port}], action: permit, owner: {owner}, why: one service of this machine}}\n");
        if (!wish.SshHosts.IsEmpty)
            text.Append(CultureInfo.InvariantCulture, $"- {{name: run-ssh, priority: {Free(22)}, from: [sg-run-agent], to: {{names: [wg-run-ssh]}}, protocol: tcp, ports: [22], action: permit, proof: dns, owner: {owner}, why: SSH has no name on the wire}}\n");
        return text.ToString();

        int Free(int from)
        {
            while (!taken.Add(from)) from++;
            return from;
        }
    }

    private string Agents() => $"""
        apiVersion: exeat/v1
        kind: Agents
        agents:
        - {"{"}id: {wish.Agent}, class: {wish.Class}, interface: {RunNetwork.Inside}, addresses: [{RunNetwork.Agent4}, "{RunNetwork.Agent6}"]{"}"}

        """;

    private string Gateway() => $$"""
        apiVersion: exeat/v1
        kind: Gateway
        id: run-{{Path.GetFileName(folder)}}
        inside: [{{RunNetwork.Inside}}]
        outside: {{RunNetwork.Outside}}
        agents: agents.yaml
        policy: policy
        packs: packs
        dns: {intercept: [{{RunNetwork.Resolver4}}, "{{RunNetwork.Resolver6}}"], upstream: [{{RunNetwork.Upstream4}}, "{{RunNetwork.Upstream6}}"]}
        journal: {dir: {{RunFolder.Journal}}, maxBytes: 64MiB}
        state: state
        management: {socket: {{RunFolder.Socket}}}

        """;

    private Policy.Policy Load()
    {
        LoadResult read = PolicyLoader.Load(PolicyFolder, new LoadOptions { PacksDirectory = PacksFolder });
        if (read.Policy is null) Demand(read.Problems);
        return read.Policy!;
    }

    private void Demand(ImmutableArray<Problem> problems)
    {
        Problem[] errors = [.. problems.Where(problem => problem.Severity == Severity.Error)];
        if (errors.Length == 0) return;
        throw new CommandFailure(ExitCode.InputWrong, $"nothing was started: the policy cannot be used\nexeat: {string.Join("\nexeat: ", errors.Select(problem => ProblemReport.Line(problem).Replace(folder + "/", "", StringComparison.Ordinal)))}");
    }

    private static void Put(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
