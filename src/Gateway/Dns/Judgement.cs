using Exeat.Policy;

namespace Exeat.Gateway.Dns;

/// <summary>A decision, the moment it was made at, and whether it is applied.</summary>
internal readonly record struct Judgement(Decision Decision, Stage Stage, bool Enforced)
{
    public bool Denies => Decision.Verdict != Verdict.Permit;

    public bool Refuses => Denies && Enforced;
}
