namespace Exeat.Policy;

/// <summary>Whether a problem refuses the document. The zero value does.</summary>
public enum Severity : byte
{
    /// <summary>The document is refused.</summary>
    Error = 0,

    /// <summary>The document stands, but somebody should look.</summary>
    Warning = 1,
}
