using System.Collections.Immutable;
using System.CommandLine;
using Exeat.Linux;
using Exeat.Policy;
using Exeat.Run;
using Exeat.Run.Box;
using Exeat.Run.Network;

namespace Exeat.Cli;

/// <summary><c>exeat run</c>: any command of this machine as a contained agent.</summary>
internal static class RunCommand
{
    public const string Name = "run";

    /// <summary>The command, and the hidden one that it starts inside.</summary>
    public static IEnumerable<Command> All() => [Create(), Inside()];

    private static Command Create()
    {
        Option<string> type = new("--class") { Description = "the kind of agent: locked-down, coding, research, support or regulated", HelpName = "CLASS", Required = true };
        Option<string?> runtime = new("--runtime") { Description = "the program: openclaw, nemoclaw, hermes, claude-code or codex (default: by the command's name)", HelpName = "RUNTIME" };
        Option<string[]> models = new("--model") { Description = $"{string.Join(", ", KnownModel.All.Select(model => model.Word))}, or the name of a host; may be given several times", HelpName = "MODEL" };
        Option<bool> signIn = new("--sign-in") { Description = "also the providers' sign-in, for subscriptions rather than keys" };
        Option<string?> region = new("--region") { Description = "the cloud region, such as eu-west-1", HelpName = "REGION" };
        Option<string?> policy = new("--policy") { Description = "a policy of your own, or a folder that exeat init wrote; it is copied, and the command cannot change it", HelpName = "PATH" };
        Option<string?> packs = PolicyInput.PacksOption();
        Option<string?> mode = new("--mode") { Description = "enforce (default), or monitor: everything passes, and what enforce would deny is recorded", HelpName = "monitor|enforce" };
        mode.AcceptOnlyFromAmong("monitor", "enforce");
        Option<int[]> published = new("-p", "--publish") { Description = "publish a port of the command's loopback on this machine's loopback; may be given several times", HelpName = "PORT" };
        Option<int[]> hostPorts = new("--host-port") { Description = $"permit one service of this machine's loopback, at {RunNetwork.Host4} ($EXEAT_HOST); may be given several times", HelpName = "PORT" };
        Option<string[]> ssh = new("--ssh") { Description = "permit SSH (git) to a host by its name, with a key of the command's own (--home kept); may be given several times", HelpName = "HOST" };
        Option<string?> network = new("--network") { Description = "the way out: pasta, slirp4netns, or veth (root); default: the first that works", HelpName = "KIND" };
        network.AcceptOnlyFromAmong("pasta", "slirp4netns", "veth");
        Option<string?> home = new("--home") { Description = "the command's home folder: new (empty, gone with it), kept (its own, for logins and settings, one for each runtime) or read-only (yours, without keys); default: kept for a known runtime, else new", HelpName = "new|kept|read-only" };
        home.AcceptOnlyFromAmong("new", "kept", "read-only");
        Option<string[]> readOnly = new("--read-only") { Description = "a file or folder that is not to be written, also within the working folder", HelpName = "PATH" };
        Option<string?> user = new("--user") { Description = "for root: whom the command is to be (default: whoever became root with sudo)", HelpName = "NAME" };
        Argument<string[]> words = new("command") { Description = "the command and its arguments, after --", Arity = ArgumentArity.OneOrMore };
        var command = new Command(Name, "run a command as a contained agent: its traffic goes through a gateway of its own, and the rest of this machine is out of its reach")
        {
            type, runtime, models, signIn, region, policy, packs, mode, published, hostPorts, ssh, network, home, readOnly, user, words,
        };
        HelpWithExamples.Give(command,
            "exeat run --class coding -- bash",
            "exeat run --class coding --model api.anthropic.com -- claude",
            "exeat run --class coding --mode monitor -p 3000 -- npm run dev",
            "exeat run --class coding --policy egress-policy --home kept --ssh git.example.com -- bash");
        command.SetAction((parsed, _) =>
        {
            ImmutableArray<string> typed = [.. parsed.GetRequiredValue(words)];
            var wish = new RunWish
            {
                Class = parsed.GetRequiredValue(type),
                Runtime = parsed.GetValue(runtime) ?? KnownRuntime.OfProgram(typed[0])?.Word,
                Models = [.. (parsed.GetValue(models) ?? []).Distinct()],
                SignIn = parsed.GetValue(signIn),
                Region = parsed.GetValue(region),
                Policy = parsed.GetValue(policy),
                Packs = parsed.GetValue(packs),
                Mode = parsed.GetValue(mode) switch { "monitor" => Mode.Monitor, "enforce" => Mode.Enforce, _ => null },
                Published = Ports("-p", parsed.GetValue(published)),
                HostPorts = Ports("--host-port", parsed.GetValue(hostPorts)),
                SshHosts = [.. (parsed.GetValue(ssh) ?? []).Select(host => HostName.Of("--ssh", host)).Distinct()],
                Network = parsed.GetValue(network) switch { "pasta" => WayOut.Pasta, "slirp4netns" => WayOut.Slirp4netns, "veth" => WayOut.Veth, _ => WayOut.Auto },
                Home = parsed.GetValue(home) == "read-only" ? HomeView.ReadOnly : HomeView.Private,
                KeepsHome = parsed.GetValue(home) is { } kind ? kind == "kept" : null,
                ReadOnly = [.. (parsed.GetValue(readOnly) ?? []).Select(Path.GetFullPath)],
                User = parsed.GetValue(user),
                Command = typed,
            };
            return RunAsync(wish, () => CommandOutput.Of(parsed));
        });
        return command;
    }

    private static Command Inside()
    {
        Argument<string> folder = new("folder");
        Command inside = new(ContainedRun.InsideName, "A run itself, inside its namespaces.") { folder };
        inside.Hidden = true;
        inside.SetAction((parsed, _) => RunInside.RunAsync(parsed.GetRequiredValue(folder)));
        return inside;
    }

    private static async Task<int> RunAsync(RunWish wish, Func<CommandOutput> output)
    {
        RunFolder? folder = null;
        bool started = false;
        try
        {
            RunGround.Require();
            WayOut way = RunGround.Choose(wish.Network);
            BoxUser user = RunUser.Choose(wish.User, Environment.CurrentDirectory);
            string root = RunFolder.Root(RunGround.IsRealRoot);
            RefuseFolder(Environment.CurrentDirectory, Path.GetDirectoryName(root)!);
            folder = RunFolder.Create(root, TimeProvider.System.GetUtcNow());
            ImmutableArray<string> sources = new RunDocuments(wish, folder.Path).Write();
            using var run = new ContainedRun(folder, new RunPlan
            {
                Command = wish.Command,
                Folder = Environment.CurrentDirectory,
                SearchPath = RunGround.CompletePath(Environment.GetEnvironmentVariable("PATH") ?? ""),
                Gateway = [.. Programs.Gateway()],
                Exeat = [.. Programs.Exeat],
                Out = way,
                User = user,
                // A user without one has none: root's is not theirs to see.
                PersonHome = RunGround.IsRealRoot ? Account.HomeOf(user.Shown) ?? "/nonexistent" : null,
                Agent = wish.Agent,
                Class = wish.Class,
                Published = wish.Published,
                HostPorts = wish.HostPorts,
                Home = wish.Home,
                KeptHome = wish.KeepsHome ?? (wish.Runtime is not null && !RunGround.IsRealRoot) ? KeptHome(root, wish) : null,
                // Elsewhere it sees none of them.
                ReadOnly = [.. wish.ReadOnly, .. sources.Where(file => IsBelow(file, Environment.CurrentDirectory))],
                Hidden = [root],
            });
            int status;
            try
            {
                status = await run.RunAsync();
            }
            finally
            {
                started = run.HasStarted;
            }
            string journal = Path.Combine(folder.Path, RunFolder.Journal);
            RunSummary summary = RunSummary.Of(journal);
            try
            {
                // Only now: looking at the terminal writes to it.
                summary.Tell(output(), journal);
            }
            catch (IOException)
            {
                // Nobody reads it: the terminal was closed. The records are there.
            }
            return status;
        }
        catch (RunException failure)
        {
            throw new CommandFailure(failure.Status, $"run: {failure.Message}");
        }
        catch (KernelException refused)
        {
            throw new CommandFailure(ExitCode.EnvironmentLacks, $"run: {refused.Message}");
        }
        finally
        {
            folder?.Close(withRecords: !started);
        }
    }

    private static string KeptHome(string root, RunWish wish)
    {
        if (RunGround.IsRealRoot) throw new CommandFailure(ExitCode.InputWrong, "--home kept is for whoever runs it as themselves; as root write --home new or --home read-only");
        return RunFolder.Home(root, wish.Runtime ?? wish.Class);
    }

    // What a command may write to must not hold the records and policies of runs, this one's or a later one's: whoever can move a folder can put another in its place.
    private static void RefuseFolder(string folder, string root)
    {
        if (IsBelow(root, folder) || IsBelow(folder, root))
            throw new CommandFailure(ExitCode.InputWrong, $"run: the working folder {folder} would be the command's to write, with your own settings and the records of runs in {root}; go to the folder of your work first (cd)");
    }

    private static bool IsBelow(string path, string folder) => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static ImmutableArray<int> Ports(string option, int[]? written)
    {
        foreach (int port in written ?? [])
            if (port is < 1 or > 65_535) throw new CommandFailure(ExitCode.InputWrong, $"{option}: {port} is not a port; write one from 1 to 65535");
        return [.. (written ?? []).Distinct()];
    }
}
