using System.CommandLine;
using Exeat.Api.Control;

namespace Exeat.Cli;

/// <summary>For whom a policy is, as people type it: <c>gateway:ID</c>, <c>class:CLASS</c> or <c>default</c>.</summary>
internal static class TargetText
{
    public static Option<string> Option() => new("--on") { Description = "for whom: gateway:ID, class:CLASS or default", HelpName = "TARGET", Required = true };

    public static AssignmentTarget Read(string text) => text.Split(':') switch
    {
        ["default"] => AssignmentTarget.Default,
        ["gateway" or "class", { Length: > 0 }] parts => new AssignmentTarget(parts[0], parts[1]),
        _ => throw new CommandFailure(ExitCode.InputWrong, "the target is none; write gateway:ID, class:CLASS or default"),
    };

    /// <summary>The form that <see cref="Read"/> reads.</summary>
    public static string Write(AssignmentTarget on) => on.Scope == "default" ? on.Scope : $"{on.Scope}:{on.Target}";

    /// <summary>A policy and its version, <c>NAME</c> or <c>NAME@VERSION</c>.</summary>
    public static (string Name, string? Version) ReadPolicy(string text) => text.IndexOf('@') is >= 0 and int at ? (text[..at], text[(at + 1)..]) : (text, null);
}
