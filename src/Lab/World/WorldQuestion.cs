namespace Exeat.Lab.World;

/// <summary>One line asked on the world's socket: answer after nothing came from a source for a while, or when the limit is over.</summary>
/// <param name="V">Version of this form.</param>
/// <param name="Source">Whose packets are waited for; empty for everybody's.</param>
/// <param name="QuietMilliseconds">How long nothing must come.</param>
/// <param name="LimitMilliseconds">How long to wait at most.</param>
internal sealed record WorldQuestion(int V, string Source, int QuietMilliseconds, int LimitMilliseconds);
