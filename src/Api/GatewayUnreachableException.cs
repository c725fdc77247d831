namespace Exeat.Api;

/// <summary>No gateway answered, or not in a form that can be read; the message says which.</summary>
public sealed class GatewayUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
