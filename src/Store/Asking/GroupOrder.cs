namespace Exeat.Store;

/// <summary>What makes a group come first.</summary>
public enum GroupOrder
{
    /// <summary>Most attempts.</summary>
    Attempts = 0,

    /// <summary>Most bytes, both directions together.</summary>
    Bytes,

    /// <summary>Seen last.</summary>
    LastSeen,

    /// <summary>Seen first most recently: what is new.</summary>
    FirstSeen,
}
