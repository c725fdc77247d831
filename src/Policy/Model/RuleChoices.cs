namespace Exeat.Policy;

/// <summary>What a rule, or the policy's default, does. The zero value refuses.</summary>
public enum RuleAction : byte
{
    /// <summary>Refuse.</summary>
    Deny = 0,

    /// <summary>Let through.</summary>
    Permit = 1,
}

/// <summary>How a rule's flows are recorded. Neither means unrecorded.</summary>
public enum RuleLog : byte
{
    /// <summary>One record per attempt.</summary>
    Each = 0,

    /// <summary>Equal attempts are folded into one record with a count.</summary>
    Counted = 1,
}

/// <summary>Whether a rule takes part.</summary>
public enum RuleMode : byte
{
    /// <summary>It decides.</summary>
    Enforce = 0,

    /// <summary>It never decides; its would-be verdict is recorded and evaluation goes on.</summary>
    Monitor = 1,

    /// <summary>It is inert, though still checked.</summary>
    Off = 2,
}
