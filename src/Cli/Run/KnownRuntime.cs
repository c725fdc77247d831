using System.Collections.Immutable;

namespace Exeat.Cli;

/// <summary>A runtime that is known: how its program is called, and the model that it asks unless it is told another.</summary>
/// <param name="Word">The pack below runtimes/.</param>
/// <param name="Program">The program.</param>
/// <param name="Model">Its own model's host; null: it has none of its own.</param>
internal sealed record KnownRuntime(string Word, string Program, string? Model)
{
    public static ImmutableArray<KnownRuntime> All { get; } =
    [
        new("claude-code", "claude", "api.anthropic.com"),
        new("codex", "codex", "api.openai.com"),
        new("hermes", "hermes", "inference-api.nousresearch.com"),
        new("openclaw", "openclaw", null),
        new("nemoclaw", "nemoclaw", "integrate.api.nvidia.com"),
    ];

    /// <summary>The one whose program this is.</summary>
    public static KnownRuntime? OfProgram(string program) => All.FirstOrDefault(runtime => runtime.Program == Path.GetFileName(program));

    public static KnownRuntime? Of(string? word) => All.FirstOrDefault(runtime => runtime.Word == word);
}
