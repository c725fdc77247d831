namespace Exeat.Policy;

/// <summary>How one rule fared with an attempt.</summary>
/// <param name="Rule">Index + 1 in <see cref="CompiledPolicy.Rules"/>; −1 the quarantine, 0 the default.</param>
/// <param name="Name">Its name.</param>
/// <param name="Action">What it does.</param>
/// <param name="Mode">Whether it decides.</param>
/// <param name="Finding">Whether it matches, or the first condition that it fails.</param>
/// <param name="Decides">Whether the decision carries this rule.</param>
public sealed record RuleFinding(int Rule, string Name, RuleAction Action, RuleMode Mode, Finding Finding, bool Decides)
{
    /// <summary>The finding as a short phrase, as <c>policy explain</c> prints it.</summary>
    public string Text => Finding switch
    {
        Finding.Matches => "matches",
        Finding.MayMatch => "may match, once the client names its destination",
        Finding.Off => "is off",
        Finding.Expired => "has expired",
        Finding.EmptyGroups => "has empty groups and matches nothing",
        Finding.OtherAgent => "is for other agents",
        Finding.OtherProtocol => "is for another protocol",
        Finding.OtherPort => "is for other ports",
        Finding.OtherAddress => "is for other addresses",
        Finding.OtherName => "is for other names",
        Finding.NameNotBound => "is for this name, but the name is not bound to this address for this agent",
        Finding.NoNameProven => "is for a name bound to this address, but the client's bytes do not prove it",
        Finding.StatesNoName => "states no name, and an address alone makes no name resolvable",
        Finding.NeedsAddress => "depends on the address, which a question does not know",
        _ => "is for this name, but earlier denies leave none of its protocols and ports",
    };
}
