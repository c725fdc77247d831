using System.Collections.Immutable;
using Exeat.Policy;

namespace Exeat.Cli;

/// <summary>A word for a model provider, and the names that an agent needs for it: those of its API alone, or those of its sign-in too.</summary>
internal sealed record KnownModel(string Word, ImmutableArray<string> Names, ImmutableArray<string> SignIn)
{
    /// <summary>Those that the runtimes know by themselves. Every other one is written as its host.</summary>
    public static ImmutableArray<KnownModel> All { get; } =
    [
        new("nvidia", ["integrate.api.nvidia.com", "inference-api.nvidia.com"], []),
        new("anthropic", ["api.anthropic.com"], ["claude.ai", "platform.claude.com", "console.anthropic.com"]),
        new("openai", ["api.openai.com"], ["auth.openai.com", "chatgpt.com"]),
        new("bedrock", ["bedrock-runtime.${region}.amazonaws.com"], []),
        new("google", ["generativelanguage.googleapis.com"], []),
        new("mistral", ["api.mistral.ai"], []),
        new("openrouter", ["openrouter.ai"], []),
        new("nous", ["inference-api.nousresearch.com"], ["portal.nousresearch.com"]),
    ];

    /// <summary>The names of what was written: a known word's, or the host itself, with the ranges of private addresses that stand behind a =.</summary>
    public static (ImmutableArray<string> Names, ImmutableArray<string> Cidrs) Of(string written, bool signIn, string? region)
    {
        if (written.Split('=', 2) is [var host, var cidrs]) return ([HostName.Of("--model", host)], [.. cidrs.Split(',').Select(Cidr)]);
        return (NamesOf(written, signIn, region), []);
    }

    private static string Cidr(string written) => Exeat.Names.Prefix.TryParse(written, out Exeat.Names.Prefix prefix)
        ? prefix.ToString()
        : throw new CommandFailure(ExitCode.InputWrong, $"--model: {Flows.TerminalText.Escape(written)} is not a range of addresses; write --model llm.corp.example=10.5.0.0/24");

    private static ImmutableArray<string> NamesOf(string written, bool signIn, string? region)
    {
        if (All.FirstOrDefault(model => model.Word == written) is { } known)
        {
            string[] names = signIn ? [.. known.Names, .. known.SignIn] : [.. known.Names];
            if (region is null && names.Any(name => name.Contains("${region}", StringComparison.Ordinal)))
                throw new CommandFailure(ExitCode.InputWrong, $"--model {written} needs the region: --region eu-west-1, for instance");
            return [.. names.Select(name => name.Replace("${region}", region, StringComparison.Ordinal))];
        }
        string[] words = [.. All.Select(model => model.Word)];
        if (!written.Contains('.')) throw new CommandFailure(ExitCode.InputWrong, $"--model: there is no {Flows.TerminalText.Escape(written)}; {Nearest.Remedy(written, words)} Or write the name of a host, such as llm.corp.example");
        return [HostName.Of("--model", written)];
    }
}
