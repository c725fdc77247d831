using Exeat.Flows;

namespace Exeat.Cli.Verify;

/// <summary>What the records have of an attempt.</summary>
/// <param name="IsReadable">Whether there is access to records that would have it.</param>
/// <param name="Event">The deciding event; null when there is none.</param>
internal readonly record struct RecordLook(bool IsReadable, FlowEvent? Event)
{
    /// <summary>No access.</summary>
    public static RecordLook None => default;

    /// <summary>Records can be read, and none is of this attempt: it never came to the gateway, or the gateway hides it.</summary>
    public bool IsMissing => IsReadable && Event is null;
}
