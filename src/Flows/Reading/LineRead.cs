namespace Exeat.Flows;

/// <summary>What reading one line came to.</summary>
internal enum LineRead
{
    /// <summary>Not JSON, or not an event: counted and skipped.</summary>
    Corrupt = 0,

    /// <summary>An event.</summary>
    Found,

    /// <summary>A newer major version, which may mean something else by the same fields.</summary>
    Newer,
}
