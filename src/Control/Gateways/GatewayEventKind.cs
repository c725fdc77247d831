namespace Exeat.Control.Gateways;

/// <summary>What can happen to a gateway.</summary>
internal enum GatewayEventKind
{
    Enrolled = 0,
    Up,
    Lagging,
    Silent,
    Down,
    Revoked,

    /// <summary>Somebody with a revoked, replaced or ended certificate came.</summary>
    Rejected,

    /// <summary>What holds for the agents is not what the policy declares.</summary>
    ModeDiffers,

    /// <summary>Declared and effective mode are one again.</summary>
    ModeAgrees,

    /// <summary>Records were given up by the journal before control had them, or the kernel's queue overran.</summary>
    RecordsLost,

    /// <summary>The journal is over four fifths of its budget.</summary>
    JournalFilling,

    /// <summary>The certificate ends within a week and was not renewed.</summary>
    CertificateEnds,

    /// <summary>The machine's clock is far from control's.</summary>
    ClockDiffers,

    /// <summary>What was delivered is refused.</summary>
    DeliveryRefused,

    /// <summary>It sent records of another gateway.</summary>
    ForeignRecords,

    Quarantined,
    Released,
}
