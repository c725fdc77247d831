namespace Exeat.Control.Gateways;

/// <summary>When something of a gateway is no longer well, for all who look: its state, what is said of it, and alerts. An alert comes later than the state: what mends itself within a minute wakes nobody.</summary>
internal static class GatewayThresholds
{
    /// <summary>Links report every ten seconds: three missed ones, and some air.</summary>
    public static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(40);

    /// <summary>Three minutes of silence are no slow network and no restart.</summary>
    public static readonly TimeSpan DownAlertAfter = TimeSpan.FromMinutes(3);

    /// <summary>Records are here within two seconds when all is well.</summary>
    public static readonly TimeSpan LaggingAfter = TimeSpan.FromMinutes(2);

    /// <summary>What came of a short break has caught up by then.</summary>
    public static readonly TimeSpan LaggingAlertAfter = TimeSpan.FromMinutes(5);

    /// <summary>Renewal begins ten days before the end: three of them failed, and there is time for a person.</summary>
    public static readonly TimeSpan CertificateWithin = TimeSpan.FromDays(7);

    /// <summary>Beyond it times of records of several gateways cannot be compared, and expiry comes too early or late.</summary>
    public static readonly TimeSpan SkewBeyond = TimeSpan.FromSeconds(30);

    /// <summary>Of the journal's budget: four fifths leave time to act.</summary>
    public const double JournalFull = 0.8;
}
