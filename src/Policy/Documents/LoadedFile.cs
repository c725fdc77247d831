namespace Exeat.Policy;

/// <summary>A file that is part of a policy, and so of its version.</summary>
/// <param name="Name">Its path relative to the policy, or <c>packs/NAME/PATH</c> for a file of a pack.</param>
/// <param name="Shown">Where it was read.</param>
/// <param name="Sha256">SHA-256 of its bytes, in lower-case hexadecimal.</param>
public sealed record LoadedFile(string Name, string Shown, string Sha256);
