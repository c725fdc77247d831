namespace Exeat.Link.Connection;

/// <summary>No control answered, or what answered is not it; the message says which.</summary>
internal sealed class ControlUnreachable(string message, Exception? inner = null) : Exception(message, inner);
