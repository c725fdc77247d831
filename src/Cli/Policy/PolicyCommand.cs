using System.CommandLine;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary><c>exeat policy</c>: check, test, explain and compare policies without a gateway, and print the schemas.</summary>
internal static class PolicyCommand
{
    public static Command Create()
    {
        var policy = new Command("policy", "check, test, explain and compare policies; publish and assign them on control")
        {
            Check(), Test(), Explain(), PolicyWhatIf.Create(), PolicyComparisonRun.Create(), PolicyUseReport.Create(), Schema(), PublishCommand.Create(), CompositionCommand.Create(),
        };
        foreach (Command command in VersionCommands.All()) policy.Add(command);
        return policy;
    }

    private static Command Check()
    {
        Argument<string> path = PathArgument("a policy: a file, or a folder of *.yaml files");
        Option<string?> agents = new("--agents") { Description = "an agents document; with it the policy's tests are run too", HelpName = "FILE" };
        Option<bool> strict = new("--strict-expiry") { Description = "expired rules and names are errors" };
        Option<string?> packs = PolicyInput.PacksOption();
        var command = new Command("check", "find every mistake in a policy") { path, agents, strict, packs };
        command.SetAction(parsed => PolicyCheck.Run(
            parsed.GetRequiredValue(path), parsed.GetValue(agents), parsed.GetValue(packs), parsed.GetValue(strict), CommandOutput.Of(parsed)));
        return command;
    }

    private static Command Test()
    {
        Argument<string> path = PathArgument("a policy: a file, or a folder of *.yaml files");
        Option<string?> agents = PolicyInput.AgentsOption();
        Option<string?> packs = PolicyInput.PacksOption();
        var command = new Command("test", "run the tests that are written in a policy") { path, agents, packs };
        command.SetAction(parsed => PolicyTestRun.Run(
            new PolicyInput(parsed.GetValue(path), parsed.GetValue(agents), parsed.GetValue(packs)), CommandOutput.Of(parsed)));
        return command;
    }

    private static Command Explain()
    {
        Option<string?> policy = PolicyInput.PolicyOption(), agents = PolicyInput.AgentsOption(), packs = PolicyInput.PacksOption();
        Option<string> agent = new("--agent") { Description = "the agent's id", HelpName = "ID", Required = true };
        Option<string> to = new("--to") { Description = "https://HOST[:PORT], tcp://HOST:PORT, udp://HOST:PORT, icmp://HOST or dns://NAME", HelpName = "DESTINATION", Required = true };
        Option<string?> at = new("--at") { Description = "the address that the name resolves to", HelpName = "ADDRESS" };
        Option<string?> sni = new("--sni") { Description = "what the client's hello names in place of the host", HelpName = "NAME" };
        var command = new Command("explain", "say of each rule why it decides an attempt or does not") { policy, agents, packs, agent, to, at, sni };
        command.SetAction(parsed => PolicyExplanation.Run(
            new PolicyInput(parsed.GetValue(policy), parsed.GetValue(agents), parsed.GetValue(packs)),
            parsed.GetRequiredValue(agent),
            Destination(parsed.GetRequiredValue(to), parsed.GetValue(at), parsed.GetValue(sni)),
            CommandOutput.Of(parsed)));
        return command;
    }

    private static Command Schema()
    {
        Argument<DocumentKind> kind = new("KIND") { Description = "policy, agents or gateway" };
        var command = new Command("schema", "print the JSON Schema of a kind of document, for editors") { kind };
        command.SetAction(parsed => CommandOutput.Of(parsed).Data.Write(DocumentSchemas.Text(parsed.GetValue(kind))));
        return command;
    }

    private static Argument<string> PathArgument(string description) => new("PATH") { Description = description };

    private static Destination Destination(string to, string? at, string? sni) =>
        DestinationText.TryParse(to, at, sni, out Destination? destination, out DestinationProblem? problem)
            ? destination
            : throw new CommandFailure(ExitCode.InputWrong, $"--{problem.Key}: {problem.What}; {problem.Remedy}");
}
