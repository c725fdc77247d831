namespace Exeat.Flows;

/// <summary>A journal cannot be opened or read: operation, object, cause and remedy in one line.</summary>
public sealed class JournalException(string message, Exception? inner = null) : Exception(message, inner);
