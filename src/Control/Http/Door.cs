namespace Exeat.Control.Http;

/// <summary>The listener that a request came in by. Nothing of one is answered at the other.</summary>
internal enum Door : byte
{
    /// <summary>No listener of ours: answered nothing.</summary>
    None = 0,

    /// <summary>People, and programs with tokens.</summary>
    People,

    /// <summary>Gateways, with certificates.</summary>
    Gateways,
}
