namespace Exeat.Gateway.Reload;

/// <summary>Why the documents are read, or the policy is compiled again.</summary>
internal enum ReloadCause : byte
{
    /// <summary>Nothing asks for it.</summary>
    None = 0,

    /// <summary>The gateway starts.</summary>
    Start,

    /// <summary>A person's signal (SIGHUP).</summary>
    Asked,

    /// <summary>The files changed.</summary>
    Files,

    /// <summary>A rule, a name or monitor mode has come to its end.</summary>
    Expiry,
}
