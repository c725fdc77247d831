namespace Exeat.Api.Control;

/// <summary>One file of a bundle.</summary>
/// <param name="Path">Where it lies: <c>policy/…</c> or <c>packs/…</c>, with forward slashes.</param>
/// <param name="Text">What it says.</param>
public sealed record BundleFile(string Path, string Text);
