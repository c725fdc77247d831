using System.Collections.Immutable;
using System.CommandLine;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>The documents that a command judges with. What is not given is looked for in EXEAT_POLICY, EXEAT_AGENTS and EXEAT_PACKS, so that printed commands can be copied.</summary>
internal sealed class PolicyInput(string? policy, string? agents, string? packs)
{
    public static Option<string?> PolicyOption() => new("--policy") { Description = "a policy: a file, or a folder of *.yaml files (default: $EXEAT_POLICY)", HelpName = "PATH" };

    public static Option<string?> AgentsOption() => new("--agents") { Description = "an agents document (default: $EXEAT_AGENTS)", HelpName = "FILE" };

    public static Option<string?> PacksOption() => new("--packs") { Description = "the folder of packs that the policy includes (default: $EXEAT_PACKS, else those of this release, if pinned)", HelpName = "DIR" };

    /// <summary>The variables that are not set, with what belongs into them; empty when policy and agents are both known.</summary>
    public static string Unset => string.Join(' ', ((string[])["EXEAT_POLICY=PATH", "EXEAT_AGENTS=FILE"]).Where(variable => FromEnvironment(variable.Split('=')[0]) is null));

    /// <summary>Loads both, or ends the command with all their problems.</summary>
    public (Policy.Policy Policy, AgentsDocument Agents, CompiledPolicy Compiled) Load(CommandOutput output)
    {
        LoadResult loaded = PolicyLoader.Load(Required(policy, "--policy", "EXEAT_POLICY"), Options(packs));
        AgentsResult declared = AgentsLoader.Load(Required(agents, "--agents", "EXEAT_AGENTS"));
        Tell([.. loaded.Problems, .. declared.Problems], loaded.Policy is null || declared.Agents is null, output);
        return (loaded.Policy!, declared.Agents!, CompiledPolicy.Compile(loaded.Policy!, declared.Agents!, TimeProvider.System.GetUtcNow()));
    }

    /// <summary>Loads the policy alone, or ends the command with all its problems.</summary>
    public Policy.Policy LoadPolicy(CommandOutput output)
    {
        LoadResult loaded = PolicyLoader.Load(Required(policy, "--policy", "EXEAT_POLICY"), Options(packs));
        Tell(loaded.Problems, loaded.Policy is null, output);
        return loaded.Policy!;
    }

    /// <summary>Loads the agents, or ends the command with all their problems; null: none are named.</summary>
    public AgentsDocument? LoadAgents(CommandOutput output)
    {
        if ((agents ?? FromEnvironment("EXEAT_AGENTS")) is not { } path) return null;
        AgentsResult declared = AgentsLoader.Load(path);
        Tell(declared.Problems, declared.Agents is null, output);
        return declared.Agents;
    }

    /// <summary>How a policy is loaded on the command line.</summary>
    public static LoadOptions Options(string? packs)
    {
        string? named = packs ?? FromEnvironment("EXEAT_PACKS");
        return new LoadOptions { PacksDirectory = named ?? ShippedPacks.Directory, TakesOnlyPinnedPacks = named is null };
    }

    private static void Tell(ImmutableArray<Problem> problems, bool isWrong, CommandOutput output)
    {
        foreach (Problem problem in problems.Where(problem => problem.Severity == Severity.Warning)) output.Tell(ProblemReport.Line(problem), LogLevel.Warning);
        if (!isWrong) return;
        foreach (Problem problem in problems.Where(problem => problem.Severity == Severity.Error)) output.Tell(ProblemReport.Line(problem), LogLevel.Error);
        throw new CommandFailure(ExitCode.InputWrong, ProblemReport.Summary(problems, null));
    }

    private static string Required(string? given, string option, string variable) => given ?? FromEnvironment(variable)
        ?? throw new CommandFailure(ExitCode.InputWrong, $"{option} is missing; give {option} or set {variable}");

    private static string? FromEnvironment(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
