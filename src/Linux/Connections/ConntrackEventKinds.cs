namespace Exeat.Linux;

/// <summary>Which conntrack events to hear.</summary>
[Flags]
public enum ConntrackEventKinds
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>Entries made.</summary>
    New = 1,
    /// <summary>Entries changed.</summary>
    Update = 2,
    /// <summary>Entries gone.</summary>
    Destroy = 4,
}
