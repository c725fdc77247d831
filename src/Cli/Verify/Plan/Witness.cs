namespace Exeat.Cli.Verify;

/// <summary>What lets a refusal be told from a missing host.</summary>
internal enum Witness : byte
{
    /// <summary>Nothing yet: a reset may be the host's own.</summary>
    None = 0,

    /// <summary>The same address and port answered this run when it was asked for honestly.</summary>
    AnsweredBefore,

    /// <summary>Nobody is at the address (documentation ranges, RFC 5737 and 3849): whoever refuses stands on the way.</summary>
    NobodyThere,

    /// <summary>It is the gateway itself: that nothing of it answers is all there is to see.</summary>
    GatewayItself,
}
