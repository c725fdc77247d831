namespace Exeat.Policy;

/// <summary>The kinds of documents, in the words of their <c>kind</c> key.</summary>
public enum DocumentKind : byte
{
    /// <summary>What is allowed.</summary>
    Policy = 0,

    /// <summary>Who the agents are.</summary>
    Agents,

    /// <summary>A gateway's configuration.</summary>
    Gateway,

    /// <summary>Control's configuration.</summary>
    Control,
}
