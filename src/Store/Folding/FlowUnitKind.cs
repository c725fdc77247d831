namespace Exeat.Store;

/// <summary>What a unit was made of. The numbers are in files.</summary>
internal enum FlowUnitKind : byte
{
    /// <summary>The events of one flow.</summary>
    Flow = 0,

    /// <summary>One line of several like attempts.</summary>
    Counted = 1,

    /// <summary>What a journal says of itself.</summary>
    Note = 2,
}
