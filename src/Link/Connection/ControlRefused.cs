using System.Net;

namespace Exeat.Link.Connection;

/// <summary>Control answered, and not with what was asked for.</summary>
internal sealed class ControlRefused(HttpStatusCode status, string word, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The last word of the problem's type.</summary>
    public string Word { get; } = word;
}
