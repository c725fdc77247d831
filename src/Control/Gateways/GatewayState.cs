namespace Exeat.Control.Gateways;

/// <summary>How a gateway is, in one word.</summary>
internal enum GatewayState
{
    /// <summary>A token was made, and nobody has come with it.</summary>
    Announced = 0,

    /// <summary>It reports, and its records come.</summary>
    Up,

    /// <summary>It reports, and records wait on it for long.</summary>
    Lagging,

    /// <summary>Its link reports, and the gateway does not answer its link.</summary>
    Silent,

    /// <summary>Nothing was heard of it for long.</summary>
    Down,

    /// <summary>Its certificate counts for nothing any more.</summary>
    Revoked,
}
