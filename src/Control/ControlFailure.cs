namespace Exeat.Control;

/// <summary>Control cannot start or go on for a reason that a person can mend: told in one sentence, with an exit status.</summary>
/// <param name="status">2: wrong input. 3: the environment lacks something.</param>
/// <param name="message">What, where, why, and what to do.</param>
internal sealed class ControlFailure(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
