namespace Exeat.Cli.Verify;

/// <summary>How a check came out, gravest first. Only <see cref="Held"/> counts as proof.</summary>
internal enum CheckOutcome : byte
{
    /// <summary>It is not as the policy says.</summary>
    Failed = 0,

    /// <summary>It was tried and does not tell: a host may be down.</summary>
    Inconclusive,

    /// <summary>It could not be tried here.</summary>
    NotTested,

    /// <summary>It is as the policy says.</summary>
    Held,
}
