namespace Exeat.Control.Export;

/// <summary>What was to be sent did not arrive: why. <see cref="IsFinal"/> when another try cannot help.</summary>
internal sealed class OutboundException(string message, Exception? inner = null) : Exception(message, inner)
{
    public bool IsFinal { get; init; }

    /// <summary>The far side is there and well, and does not like what was in it.</summary>
    public bool IsAboutContent { get; init; }

    /// <summary>How long the far side asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
