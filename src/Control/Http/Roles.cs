namespace Exeat.Control.Http;

/// <summary>What a person or token may do: a set. Whoever has any role may look (<see cref="Viewer"/>); none of the others contains another but auditor, which is viewer and more.</summary>
[Flags]
internal enum Roles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Look at policies, gateways, agents and flows.</summary>
    Viewer = 1,

    /// <summary>Read the audit log, take records out.</summary>
    Auditor = 2,

    /// <summary>Publish, assign, quarantine, gateways.</summary>
    Operator = 4,

    /// <summary>Approve what another person published.</summary>
    Approver = 8,

    /// <summary>People, tokens, control's own settings.</summary>
    Admin = 16,
}
