namespace Exeat.Run.Box;

/// <summary>The machine lacks something that a box needs: what, and what to do about it.</summary>
public sealed class BoxException : Exception
{
    /// <inheritdoc/>
    public BoxException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public BoxException(string message, Exception cause) : base(message, cause)
    {
    }
}
