namespace Exeat.Cli.Verify;

/// <summary>How an attempt looked to the one who made it. What it means is the judge's matter: a refusal and a missing host can look alike.</summary>
internal enum Look : byte
{
    /// <summary>It could not be made here (no right to send echo requests, for instance).</summary>
    Untried = 0,

    /// <summary>Nothing came back in time.</summary>
    Silence,

    /// <summary>The own kernel knows no way there.</summary>
    NoRoute,

    /// <summary>A reset in place of a connection.</summary>
    Reset,

    /// <summary>A connection that was reset before one byte came back.</summary>
    ResetLater,

    /// <summary>A connection that the other side closed in good order before one byte came back.</summary>
    Closed,

    /// <summary>"Administratively prohibited", said by a machine on the way.</summary>
    Prohibited,

    /// <summary>"No such host or network", said by a machine on the way.</summary>
    Unreachable,

    /// <summary>The destination itself says that its port is closed: the attempt arrived.</summary>
    RefusedThere,

    /// <summary>"Administratively prohibited", said by the destination itself: a filter of its own, or an address of the gateway's.</summary>
    ProhibitedThere,

    /// <summary>A DNS answer that says "blocked" (Extended DNS Error 15).</summary>
    Blocked,

    /// <summary>A DNS answer without what was asked for: no such name, or no address of this family.</summary>
    NoSuchName,

    /// <summary>A DNS answer that says that the resolver could not find out.</summary>
    ResolverFailed,

    /// <summary>The far side answered.</summary>
    Answered,
}
