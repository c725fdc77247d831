namespace Exeat.Lab.Catalogue;

/// <summary>What stands in the middle while an attack is made.</summary>
public enum AttackColumn
{
    /// <summary>The gateway under the lab's policy, in enforce: nothing may arrive.</summary>
    Contained,

    /// <summary>The gateway under a policy that permits the attack: it has to arrive, so the tool works and the gateway is no wall.</summary>
    Control,

    /// <summary>Plain forwarding instead of a gateway: it has to arrive, or the test shows nothing.</summary>
    Sabotage,
}
