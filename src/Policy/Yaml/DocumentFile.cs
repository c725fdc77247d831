namespace Exeat.Policy;

/// <summary>One file as read.</summary>
/// <param name="Name">Its path relative to what was loaded, with forward slashes: part of the version.</param>
/// <param name="Shown">Its path as the person named it: part of messages.</param>
/// <param name="Hash">SHA-256 of its bytes in lower-case hexadecimal.</param>
/// <param name="Text">Its text; null when it is not text (a problem is recorded).</param>
internal sealed record DocumentFile(string Name, string Shown, string Hash, string? Text);
