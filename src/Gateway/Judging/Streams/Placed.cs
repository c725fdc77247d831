namespace Exeat.Gateway.Judging;

/// <summary>What became of a piece of a client's stream.</summary>
internal enum Placed : byte
{
    /// <summary>It differs from what is here already: somebody replaces what may have been approved (T3, T10).</summary>
    Conflict = 0,

    /// <summary>All of it was here.</summary>
    Known,

    /// <summary>Some of it was not.</summary>
    Fresh,

    /// <summary>There are too many gaps already. It was not kept; the client sends it again.</summary>
    Scattered,
}
