namespace Exeat.Cli;

/// <summary>One file of a support bundle: its content as it will be written, and what was taken out of it.</summary>
internal sealed record BundlePart(string Name, byte[] Content, string Redacted = "");
