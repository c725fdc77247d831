namespace Exeat.Policy;

/// <summary>How near to the agent's own work a name is: how much a review has to ask before it stays.</summary>
public enum NameTier : byte
{
    /// <summary>What the runtime itself needs, whatever the agent does.</summary>
    Core = 0,

    /// <summary>What every agent of a class needs for its work.</summary>
    Class = 1,

    /// <summary>What this organisation runs or has bought.</summary>
    Site = 2,

    /// <summary>What one case needs for a time, against the rule.</summary>
    Exception = 3,
}
