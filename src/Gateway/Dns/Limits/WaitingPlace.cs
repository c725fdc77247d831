namespace Exeat.Gateway.Dns;

/// <summary>What a question that waits holds.</summary>
internal enum WaitingPlace : byte
{
    /// <summary>Nothing: it does not wait.</summary>
    None = 0,

    /// <summary>A place in its agent's queue.</summary>
    Queue,

    /// <summary>A place among its agent's questions that wait for an upstream.</summary>
    Upstream,
}
