namespace Exeat.Flows;

/// <summary>What a journal says about itself. <c>Reason</c> is one of the constants; docs/flow-record.md explains them.</summary>
internal readonly record struct JournalNote(string Reason, long Count, string? Agent = null, string? Text = null)
{
    /// <summary>Events that could not be written while the disk refused.</summary>
    public const string Unwritable = "journal-unwritable";

    /// <summary>Old events deleted to stay within the disk budget.</summary>
    public const string Retired = "journal-retired";

    /// <summary>A last line cut short by a crash, taken away at opening.</summary>
    public const string Torn = "journal-torn";

    /// <summary>Counts that were never written: whoever counted was deleted.</summary>
    public const string CountsLost = "counts-lost";

    /// <summary>A segment that somebody else deleted or changed.</summary>
    public const string Damaged = "journal-damaged";
}
