namespace Exeat.Cli.Tests;

/// <summary>What a command left behind.</summary>
internal sealed record Ran(int ExitCode, string Data, string Messages);
