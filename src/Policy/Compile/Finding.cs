namespace Exeat.Policy;

/// <summary>What comes of holding one rule against an attempt: it matches, or the first condition that fails.</summary>
public enum Finding : byte
{
    /// <summary>All conditions hold.</summary>
    Matches = 0,

    /// <summary>Whether it matches depends on what the client will claim.</summary>
    MayMatch,

    /// <summary>The rule is <c>mode: off</c>.</summary>
    Off,

    /// <summary>The rule has expired, or all of its names have.</summary>
    Expired,

    /// <summary>The agent is in none of its <c>from</c> groups.</summary>
    OtherAgent,

    /// <summary>Another protocol.</summary>
    OtherProtocol,

    /// <summary>None of its ports.</summary>
    OtherPort,

    /// <summary>The address is in none of its groups.</summary>
    OtherAddress,

    /// <summary>The name matches none of its patterns, or there is no name.</summary>
    OtherName,

    /// <summary>The claimed name matches, but our resolver never answered this address for it.</summary>
    NameNotBound,

    /// <summary>A bound name matches, but the client does not claim it.</summary>
    NoNameProven,

    /// <summary>At the DNS question: a rule by address only.</summary>
    StatesNoName,

    /// <summary>At the DNS question: a deny that also states addresses.</summary>
    NeedsAddress,

    /// <summary>At the DNS question: denies above leave no protocol and port of it.</summary>
    Covered,

    /// <summary>Its groups are empty, so it matches nothing.</summary>
    EmptyGroups,
}
