namespace Exeat.Linux;

/// <summary>What a <see cref="ConntrackEvent"/> tells.</summary>
public enum ConntrackEventKind : byte
{
    /// <summary>An entry as it stands, from a dump.</summary>
    Entry = 0,

    /// <summary>The entry was made.</summary>
    New = 1,

    /// <summary>State, mark or such changed.</summary>
    Update = 2,

    /// <summary>The entry is gone.</summary>
    Destroy = 3,
}
