namespace Exeat.Store;

/// <summary>What flows can be grouped by.</summary>
public enum FlowDimension
{
    /// <summary>The gateway that delivered.</summary>
    Gateway = 0,

    /// <summary>The agent's id.</summary>
    Agent,

    /// <summary>The agent's class.</summary>
    Class,

    /// <summary>The name to show: claimed, else asked, else bound.</summary>
    Name,

    /// <summary>Destination address.</summary>
    Destination,

    /// <summary>Destination port.</summary>
    Port,

    /// <summary>Protocol.</summary>
    Protocol,

    /// <summary>The deciding rule.</summary>
    Rule,

    /// <summary><c>permit</c>, <c>deny</c>, <c>would-deny</c>, <c>pending</c>, <c>note</c>.</summary>
    Verdict,

    /// <summary>The would-be verdict.</summary>
    Would,

    /// <summary>The rule of the would-be verdict.</summary>
    WouldRule,

    /// <summary>The reason.</summary>
    Reason,

    /// <summary>The mode.</summary>
    Mode,

    /// <summary>How far the name is proven.</summary>
    Proof,

    /// <summary>When policy was asked.</summary>
    Stage,

    /// <summary>Version of the policy.</summary>
    PolicyVersion,

    /// <summary>Source address.</summary>
    Source,

    /// <summary>How the flow ended.</summary>
    End,

    /// <summary>The agent's labels, all together as <c>key=value</c> lines.</summary>
    Labels,
}
