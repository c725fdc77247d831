using System.Collections.Immutable;
using System.CommandLine;
using Exeat.Lab.Attacks;
using Exeat.Lab.Topology;
using Exeat.Lab.World;

namespace Exeat.Cli;

/// <summary><c>exeat lab</c> and the hidden commands that it starts inside its namespaces.</summary>
internal static class LabCommands
{
    public const string InsideName = "lab-inside", WorldName = "lab-world", ListenName = "lab-listen", AttackName = "lab-attack", CatalogueName = "lab-catalogue";

    /// <summary>All of them, for the root command.</summary>
    public static IEnumerable<Command> All() => [Lab(), Inside(), World(), Listen(), Attack(), CatalogueCommand.Inside()];

    private static Command Lab()
    {
        LabChoices choices = new();
        Command lab = new("lab", "try the whole product on this machine, in namespaces of its own: five agents, a gateway, a small world; about a minute. Status 0 only when every expectation held");
        choices.AddTo(lab);
        lab.SetAction((parsed, stop) => LabOutside.RunAsync(choices.Read(parsed), stop));

        Command down = new("down", "end kept labs and remove everything of them");
        down.SetAction((_, _) => KeptLabs.DownAsync());
        lab.Subcommands.Add(down);

        Argument<string> agent = new("agent") { Description = "one of " + string.Join(", ", LabPlan.Agents.Select(a => a.Id)) };
        Argument<string[]> command = new("command") { Description = "what to run instead of a shell", Arity = ArgumentArity.ZeroOrMore };
        Command shell = new("shell", "open a shell inside an agent of a kept lab, or run a command there (after --)") { agent, command };
        shell.SetAction((parsed, _) => KeptLabs.ShellAsync(parsed.GetValue(agent)!, parsed.GetValue(command) ?? []));
        lab.Subcommands.Add(shell);
        lab.Subcommands.Add(CatalogueCommand.Create());
        return lab;
    }

    private static Command Inside()
    {
        Argument<string> state = new("state");
        LabChoices choices = new();
        Command inside = new(InsideName, "The lab itself, inside its namespaces.") { state };
        inside.Hidden = true;
        choices.AddTo(inside);
        inside.SetAction((parsed, stop) => LabInside.RunAsync(new LabState(parsed.GetValue(state)!), choices.Read(parsed), stop));
        return inside;
    }

    private static Command World()
    {
        Argument<string> state = new("state");
        Command world = new(WorldName, "The world of a lab.") { state };
        world.Hidden = true;
        world.SetAction((parsed, stop) => WorldProgram.RunAsync(parsed.GetValue(state)!, TimeProvider.System, stop));
        return world;
    }

    private static Command Listen()
    {
        Argument<string> socket = new("socket");
        Argument<int> port = new("port");
        Argument<string> link = new("link") { DefaultValueFactory = _ => ListenProgram.AgentLink };
        Command listen = new(ListenName, "An agent of a lab that listens.") { socket, port, link };
        listen.Hidden = true;
        listen.SetAction((parsed, stop) => ListenProgram.RunAsync(parsed.GetValue(socket)!, parsed.GetValue(port), parsed.GetValue(link)!, TimeProvider.System, stop));
        return listen;
    }

    private static Command Attack()
    {
        Argument<string> kind = new("kind"), address = new("address"), canary = new("canary"), name = new("name");
        Argument<int> port = new("port");
        Command attack = new(AttackName, "A tool of a misled agent, inside its namespace.") { kind, address, port, canary, name };
        attack.Hidden = true;
        attack.SetAction((parsed, _) => AttackProgram.RunAsync(
            parsed.GetValue(kind)!, parsed.GetValue(address)!, parsed.GetValue(port), parsed.GetValue(canary)!, parsed.GetValue(name)!));
        return attack;
    }
}
