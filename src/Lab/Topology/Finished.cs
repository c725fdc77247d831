namespace Exeat.Lab.Topology;

/// <summary>How a command ended.</summary>
/// <param name="Status">Its exit status; −1 when the deadline ended it.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Errors">What it wrote to standard error.</param>
/// <param name="Took">How long it ran.</param>
public sealed record Finished(int Status, string Output, string Errors, TimeSpan Took)
{
    /// <summary>Whether it exited with 0.</summary>
    public bool Succeeded => Status == 0;

    /// <summary>The last line it said, for messages.</summary>
    public string LastLine =>
        (Errors.Trim() is { Length: > 0 } errors ? errors : Output.Trim()).Split('\n')[^1].Trim();
}
